#!/bin/sh
# registry.example.com:5000/team/web:1.0 with ctr
# Written by Deckplan, not run by it. Read it before you run it; it stops at the first command that fails.
set -eu

# 1. List namespaces
# Shows containerd's namespaces on this node. They are not Kubernetes namespaces.
ctr namespaces ls

# 2. Create a namespace
# Makes the namespace unless it is there.
ctr namespaces ls --quiet | grep -Fqx ci || ctr namespaces create ci

# 3. Pull
# Fetches the image from the registry and unpacks it.
ctr --namespace ci images pull --platform linux/arm64 --user 'robot$ci' registry.example.com:5000/team/web:1.0

# 4. List images by namespace
# Goes through all namespaces and names the images in each: where did it go?
ctr namespaces ls --quiet | while read -r ns; do echo "$ns:"; ctr --namespace "$ns" images ls --quiet; done

# 5. Copy to another registry
# Gives the image a second name in the other registry and pushes it there.
ctr --namespace ci images tag registry.example.com:5000/team/web:1.0 mirror.example.com/team/web:1.0
ctr --namespace ci images push --platform linux/arm64 --user 'robot$ci' mirror.example.com/team/web:1.0

# 6. Save to a file
# Writes the image with its name to an archive, for media or a machine without a registry.
ctr --namespace ci images export --platform linux/arm64 "my images/web's.tar" registry.example.com:5000/team/web:1.0

# 7. Remove
# Removes the name here; the content goes when no other name needs it. The registry keeps its copy.
ctr --namespace ci images rm registry.example.com:5000/team/web:1.0

# 8. Load from a file
# Reads the image back under the name in the archive.
ctr --namespace ci images import "my images/web's.tar"

# 9. Make it visible to Kubernetes
# Copies the image into k8s.io: from Docker's store, or from the namespace ci.
ctr --namespace ci images export --platform linux/arm64 - registry.example.com:5000/team/web:1.0 | ctr --namespace k8s.io images import -

# 10. Check what Kubernetes sees
# Asks for the image where the kubelet will look for it.
ctr --namespace k8s.io images ls 'name==registry.example.com:5000/team/web:1.0'
