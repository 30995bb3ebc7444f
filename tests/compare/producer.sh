insmod producer.ko count=4; sleep 1
rmmod producer
