#!/bin/sh
# registry.example.com:5000/team/web:1.0 with crictl
# Written by Deckplan, not run by it. Read it before you run it; it stops at the first command that fails.
set -eu

# 1. Pull
# Fetches the image from the registry and unpacks it.
crictl pull --creds 'robot$ci:'"${REGISTRY_PASSWORD:?}" registry.example.com:5000/team/web:1.0

# 2. List
# Shows the images that are here, with their sizes.
crictl images

# 3. Check what Kubernetes sees
# Asks for the image where the kubelet will look for it.
crictl inspecti registry.example.com:5000/team/web:1.0
