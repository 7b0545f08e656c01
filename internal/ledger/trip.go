package ledger

// Stop is where an image is on its way Docker → containerd → Docker, computed
// from the layers and the config by the engines' rules. Its sentence is the
// message ledger.stop.ID.
type Stop struct {
	ID       string `json:"id"`
	Config   string `json:"config"`             // Docker's image ID
	Manifest string `json:"manifest,omitempty"` // containerd's target
	Layers   int64  `json:"layers"`             // bytes as stored there
	Shown    string `json:"shown"`              // by that engine's list
	File     int64  `json:"file,omitempty"`     // bytes of the archive that is carried on
}

// RoundTrip follows the image's main platform from a Docker with a graphdriver
// through save, ctr import, ctr export and load back to Docker, without a
// registry. It is empty where the layers were not read.
//
// Docker keeps the unpacked layers and can write each tar again, byte for byte,
// so that save carries uncompressed layers; ctr import takes blobs as they come and
// makes a manifest for them (unless --compress-blobs); ctr export writes the blobs
// as stored; load reads config and diff IDs. So the config's digest, Docker's image
// ID, stays; the manifest's digest and what ctr shows follow the layers' format.
func (i *Image) RoundTrip() []Stop {
	p := i.Main()
	if p == nil || !p.whole() {
		return nil
	}
	plain := Image{Names: i.Names}
	q := Platform{Platform: p.Platform, Config: p.Config, Files: p.Files}
	q.Config.MediaType = typeDockerConfig
	for k, l := range p.Layers {
		l.Blob = Blob{MediaType: typeDockerLayer, Digest: l.DiffID, Size: l.Tar}
		l.Compression = ""
		q.add(l, nil)
		q.parts[k] = nil
	}
	q.rest = p.rest
	q.Manifest = importedManifest(&q)
	plain.Platforms = []Platform{q}
	plain.Figures = plain.figures()
	docker, ctr := plain.Figure(DockerSize), plain.Figure(CtrSize)
	out := []Stop{
		{ID: "docker", Config: p.Config.Digest, Layers: docker.Bytes, Shown: docker.Text, File: plain.Figure(SaveLegacy).Bytes},
		{ID: "containerd", Config: p.Config.Digest, Manifest: q.Manifest.Digest, Layers: q.Stored, Shown: ctr.Text, File: plain.Figure(ExportContainerd).Bytes},
		{ID: "docker_again", Config: p.Config.Digest, Layers: docker.Bytes, Shown: docker.Text},
	}
	if !p.Made && p.Manifest.Digest != q.Manifest.Digest {
		out = append(out, Stop{ID: "pulled", Config: p.Config.Digest, Manifest: p.Manifest.Digest, Layers: p.Stored, Shown: i.Figure(CtrSize).Text, File: i.Figure(ExportContainerd).Bytes})
	}
	return out
}
