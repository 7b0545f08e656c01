#!/bin/sh
# crictl로 registry.example.com:5000/team/web:1.0 다루기
# Deckplan이 작성만 하고 실행하지 않은 스크립트입니다. 실행 전에 읽어 보십시오. 실패하는 명령에서 멈춥니다.
set -eu

# 1. 가져오기
# 레지스트리에서 이미지를 받아 풀어 둡니다.
crictl pull --creds 'robot$ci:'"${REGISTRY_PASSWORD:?}" registry.example.com:5000/team/web:1.0

# 2. 목록
# 보관된 이미지와 크기를 보여 줍니다.
crictl images

# 3. Kubernetes가 보는 이미지 확인
# kubelet이 찾는 곳에 이미지가 있는지 확인합니다.
crictl inspecti registry.example.com:5000/team/web:1.0
