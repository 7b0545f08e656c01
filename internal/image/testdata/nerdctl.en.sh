#!/bin/sh
# registry.example.com:5000/team/web:1.0 with nerdctl
# Written by Deckplan, not run by it. Read it before you run it; it stops at the first command that fails.
set -eu

# 1. Build
# Builds an image from the Dockerfile in this directory, under a short local name.
nerdctl --namespace ci build --platform linux/arm64 --tag web:1.0 .

# 2. List
# Shows the images that are here, with their sizes.
nerdctl --namespace ci images

# 3. Tag for the registry
# Gives the image its full name: registry, repository and tag. No layer is copied.
nerdctl --namespace ci tag web:1.0 registry.example.com:5000/team/web:1.0

# 4. Log in
# Keeps a credential for the registry. The password is asked for and not shown.
nerdctl login --username 'robot$ci' registry.example.com:5000

# 5. Push
# Sends the image to the registry; layers it has already are skipped.
nerdctl --namespace ci push --platform linux/arm64 registry.example.com:5000/team/web:1.0

# 6. Remove
# Removes the name here; the content goes when no other name needs it. The registry keeps its copy.
nerdctl --namespace ci rmi registry.example.com:5000/team/web:1.0

# 7. Pull
# Fetches the image from the registry and unpacks it.
nerdctl --namespace ci pull --platform linux/arm64 registry.example.com:5000/team/web:1.0

# 8. Copy to another registry
# Gives the image a second name in the other registry and pushes it there.
nerdctl --namespace ci tag registry.example.com:5000/team/web:1.0 mirror.example.com/team/web:1.0
nerdctl --namespace ci push --platform linux/arm64 mirror.example.com/team/web:1.0

# 9. Save to a file
# Writes the image with its name to an archive, for media or a machine without a registry.
nerdctl --namespace ci save --platform linux/arm64 --output "my images/web's.tar" registry.example.com:5000/team/web:1.0

# 10. Load from a file
# Reads the image back under the name in the archive.
nerdctl --namespace ci load --input "my images/web's.tar"

# 11. Make it visible to Kubernetes
# Copies the image into k8s.io: from Docker's store, or from the namespace ci.
nerdctl --namespace ci save --platform linux/arm64 registry.example.com:5000/team/web:1.0 | nerdctl --namespace k8s.io load

# 12. Check what Kubernetes sees
# Asks for the image where the kubelet will look for it.
nerdctl --namespace k8s.io image inspect registry.example.com:5000/team/web:1.0
