package argocd

import (
	"context"
	"crypto/tls"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
)

// The only methods this package can call; dialGRPC refuses every other.
const (
	methodList     = "/application.ApplicationService/List"
	methodGet      = "/application.ApplicationService/Get"
	methodWatch    = "/application.ApplicationService/Watch"
	methodClusters = "/cluster.ClusterService/List"
	methodProjects = "/project.ProjectService/List"
	methodVersion  = "/version.VersionService/Version"
	methodUserInfo = "/session.SessionService/GetUserInfo"
	methodAccount  = "/account.AccountService/GetAccount"
	methodCanI     = "/account.AccountService/CanI"
)

var readOnly = []string{methodList, methodGet, methodWatch, methodClusters, methodProjects, methodVersion, methodUserInfo, methodAccount, methodCanI}

func allowed(method string) error {
	if slices.Contains(readOnly, method) {
		return nil
	}
	return status.Errorf(codes.PermissionDenied, "%s is not a read", method)
}

// prepare is what a client of either protocol begins with; conf is nil where
// nothing is encrypted. An error is a *configError.
func (c Connection) prepare() (e endpoint, conf *tls.Config, token *tokenSource, err error) {
	if e, err = c.endpoint(); err == nil && !e.plaintext {
		conf, err = c.tlsConfig()
	}
	if err == nil {
		token, err = newTokenSource(c, &handshakes{})
	}
	if err != nil {
		err = &configError{err}
	}
	return e, conf, token, err
}

// dialGRPC prepares a connection; the network is used by the first call.
func dialGRPC(c Connection, o Options) (*grpcClient, error) {
	e, conf, token, err := c.prepare()
	if err != nil {
		return nil, err
	}
	seen, inner := token.seen, insecure.NewCredentials()
	if conf != nil {
		inner = credentials.NewTLS(conf)
	}
	cc, err := grpc.NewClient("dns:///"+e.hostPort,
		grpc.WithTransportCredentials(observed{inner, seen}),
		grpc.WithPerRPCCredentials(token),
		grpc.WithUserAgent("deckplan"),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: o.Keepalive, Timeout: o.KeepaliveTimeout}),
		grpc.WithConnectParams(grpc.ConnectParams{MinConnectTimeout: o.DialTimeout}),
		grpc.WithDisableServiceConfig(),
		grpc.WithDisableRetry(),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(codec{}), grpc.MaxCallRecvMsgSize(o.MaxMessage)),
		grpc.WithUnaryInterceptor(func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, call grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			if err := allowed(method); err != nil {
				return err
			}
			return call(ctx, method, req, reply, cc, opts...)
		}),
		grpc.WithStreamInterceptor(func(ctx context.Context, d *grpc.StreamDesc, cc *grpc.ClientConn, method string, open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
			if err := allowed(method); err != nil {
				return nil, err
			}
			return open(ctx, d, cc, method, opts...)
		}),
	)
	if err != nil {
		return nil, &configError{err}
	}
	return &grpcClient{cc: cc, seen: seen, token: token, filter: c.filter(), options: o}, nil
}
