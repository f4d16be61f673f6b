namespace ECopy.TestKit;
