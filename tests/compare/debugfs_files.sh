insmod debugfs_files.ko
ls /sys/kernel/debug/debugfs_files
cat /sys/kernel/debug/debugfs_files/count /sys/kernel/debug/debugfs_files/mask /sys/kernel/debug/debugfs_files/on
cat /sys/kernel/debug/debugfs_files/blob /sys/kernel/debug/debugfs_files/square
echo 0x10 > /sys/kernel/debug/debugfs_files/count
echo 65 > /sys/kernel/debug/debugfs_files/mask
echo y > /sys/kernel/debug/debugfs_files/on
echo maybe > /sys/kernel/debug/debugfs_files/on
echo 49 > /sys/kernel/debug/debugfs_files/square
echo x > /sys/kernel/debug/debugfs_files/count
cat /sys/kernel/debug/debugfs_files/state
rmmod debugfs_files
ls /sys/kernel/debug/debugfs_files
