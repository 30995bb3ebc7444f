insmod kobject_attrs.ko
ls /sys/kernel/kobject_attrs
cat /sys/kernel/kobject_attrs/area
echo 5 > /sys/kernel/kobject_attrs/width
echo -n 7 > /sys/kernel/kobject_attrs/height
cat /sys/kernel/kobject_attrs/width /sys/kernel/kobject_attrs/height /sys/kernel/kobject_attrs/area
echo five > /sys/kernel/kobject_attrs/width
echo 5 6 > /sys/kernel/kobject_attrs/width
echo 5000 > /sys/kernel/kobject_attrs/width
echo 99999999999 > /sys/kernel/kobject_attrs/width
echo 1 > /sys/kernel/kobject_attrs/area
cat /sys/kernel/kobject_attrs/reset
echo maybe > /sys/kernel/kobject_attrs/reset
echo yes > /sys/kernel/kobject_attrs/reset
cat /sys/kernel/kobject_attrs/area
rmmod kobject_attrs
ls /sys/kernel/kobject_attrs
