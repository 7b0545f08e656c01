#!/bin/sh
# docker로 registry.example.com:5000/team/web:1.0 다루기
# Deckplan이 작성만 하고 실행하지 않은 스크립트입니다. 실행 전에 읽어 보십시오. 실패하는 명령에서 멈춥니다.
set -eu

# 1. 빌드
# 현재 디렉터리의 Dockerfile로 이미지를 만들고 짧은 로컬 이름을 붙입니다.
docker build --platform linux/arm64 --tag web:1.0 .

# 2. 목록
# 보관된 이미지와 크기를 보여 줍니다.
docker image ls

# 3. 레지스트리용 태그
# 이미지에 레지스트리, 리포지터리, 태그를 갖춘 이름을 붙입니다. 레이어는 복사되지 않습니다.
docker tag web:1.0 registry.example.com:5000/team/web:1.0

# 4. 로그인
# 레지스트리 자격 증명을 저장합니다. 비밀번호는 화면에 보이지 않게 묻습니다.
docker login --username 'robot$ci' registry.example.com:5000

# 5. 푸시
# 이미지를 레지스트리로 보냅니다. 이미 있는 레이어는 건너뜁니다.
docker push registry.example.com:5000/team/web:1.0

# 6. 삭제
# 이곳의 이름을 지웁니다. 다른 이름이 쓰지 않으면 내용도 지워집니다. 레지스트리의 사본은 남습니다.
docker image rm registry.example.com:5000/team/web:1.0

# 7. 가져오기
# 레지스트리에서 이미지를 받아 풀어 둡니다.
docker pull --platform linux/arm64 registry.example.com:5000/team/web:1.0

# 8. 다른 레지스트리로 복사
# 다른 레지스트리의 이름을 하나 더 붙이고 그곳으로 보냅니다.
docker tag registry.example.com:5000/team/web:1.0 mirror.example.com/team/web:1.0
docker push mirror.example.com/team/web:1.0

# 9. 파일로 저장
# 이미지를 이름과 함께 아카이브로 저장합니다. 매체로 옮기거나 레지스트리가 없는 곳에서 씁니다.
docker save --output "my images/web's.tar" registry.example.com:5000/team/web:1.0

# 10. 파일에서 불러오기
# 아카이브에 적힌 이름으로 이미지를 불러옵니다.
docker load --input "my images/web's.tar"
