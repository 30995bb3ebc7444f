insmod sessions.ko talk=1
for n in ann bob cid; do echo open $n > /dev/sessions; done; cat /dev/sessions
echo close 1 > /dev/sessions; cat /dev/sessions
echo open dan > /dev/sessions; echo rename 0 eve > /dev/sessions; cat /dev/sessions
echo close 7 > /dev/sessions
echo rename 9 fay > /dev/sessions
echo shout 1 > /dev/sessions
echo close many > /dev/sessions
echo 0 > /sys/module/sessions/parameters/talk; cat /sys/module/sessions/parameters/talk
i=0; while [ $i -lt 67 ]; do echo open n$i > /dev/sessions; i=$((i + 1)); done; tail -n 3 /dev/sessions
echo open toomany > /dev/sessions
echo close 64 > /dev/sessions; echo open last > /dev/sessions; grep last /dev/sessions
echo perhaps > /sys/module/sessions/parameters/talk
rmmod sessions
