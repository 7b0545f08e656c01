#!/bin/sh
# ctr로 registry.example.com:5000/team/web:1.0 다루기
# Deckplan이 작성만 하고 실행하지 않은 스크립트입니다. 실행 전에 읽어 보십시오. 실패하는 명령에서 멈춥니다.
set -eu

# 1. 네임스페이스 목록
# 이 노드의 containerd 네임스페이스를 보여 줍니다. Kubernetes 네임스페이스와 다릅니다.
ctr namespaces ls

# 2. 네임스페이스 만들기
# 없으면 네임스페이스를 만듭니다.
ctr namespaces ls --quiet | grep -Fqx ci || ctr namespaces create ci

# 3. 가져오기
# 레지스트리에서 이미지를 받아 풀어 둡니다.
ctr --namespace ci images pull --platform linux/arm64 --user 'robot$ci' registry.example.com:5000/team/web:1.0

# 4. 네임스페이스별 이미지 목록
# 모든 네임스페이스를 돌며 이미지 이름을 보여 줍니다. 이미지가 어디로 갔는지 찾을 때 씁니다.
ctr namespaces ls --quiet | while read -r ns; do echo "$ns:"; ctr --namespace "$ns" images ls --quiet; done

# 5. 다른 레지스트리로 복사
# 다른 레지스트리의 이름을 하나 더 붙이고 그곳으로 보냅니다.
ctr --namespace ci images tag registry.example.com:5000/team/web:1.0 mirror.example.com/team/web:1.0
ctr --namespace ci images push --platform linux/arm64 --user 'robot$ci' mirror.example.com/team/web:1.0

# 6. 파일로 저장
# 이미지를 이름과 함께 아카이브로 저장합니다. 매체로 옮기거나 레지스트리가 없는 곳에서 씁니다.
ctr --namespace ci images export --platform linux/arm64 "my images/web's.tar" registry.example.com:5000/team/web:1.0

# 7. 삭제
# 이곳의 이름을 지웁니다. 다른 이름이 쓰지 않으면 내용도 지워집니다. 레지스트리의 사본은 남습니다.
ctr --namespace ci images rm registry.example.com:5000/team/web:1.0

# 8. 파일에서 불러오기
# 아카이브에 적힌 이름으로 이미지를 불러옵니다.
ctr --namespace ci images import "my images/web's.tar"

# 9. Kubernetes에 보이게 하기
# Docker 저장소나 네임스페이스 ci에 있는 이미지를 k8s.io로 복사합니다.
ctr --namespace ci images export --platform linux/arm64 - registry.example.com:5000/team/web:1.0 | ctr --namespace k8s.io images import -

# 10. Kubernetes가 보는 이미지 확인
# kubelet이 찾는 곳에 이미지가 있는지 확인합니다.
ctr --namespace k8s.io images ls 'name==registry.example.com:5000/team/web:1.0'
