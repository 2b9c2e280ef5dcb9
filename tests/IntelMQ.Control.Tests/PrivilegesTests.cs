using IntelMQ.Configuration;

namespace IntelMQ.Control.Tests;

public sealed class PrivilegesTests
{
    [Fact]
    public void The_user_of_the_bots_is_found_among_the_others() =>
        Assert.Equal((994u, 989u), Privileges.FindUser(["root:x:0:0:root:/root:/bin/bash", "intelmq-web:x:5:5::/:/bin/sh", "intelmq:x:994:989::/opt/intelmq:/bin/bash"]));

    [Theory]
    [InlineData("root:x:0:0:root:/root:/bin/bash")]
    [InlineData("intelmq:x:many:989::/:/bin/sh")]
    [InlineData("")]
    public void A_file_without_that_user_has_none(string line) => Assert.Null(Privileges.FindUser([line]));

    [Fact]
    public void Privileges_are_dropped_on_system_installations_only()
    {
        Assert.True(Privileges.IsSystemInstallation(IntelMqPaths.For("/opt/intelmq")));
        Assert.True(Privileges.IsSystemInstallation(IntelMqPaths.ForSystem()));
        Assert.False(Privileges.IsSystemInstallation(IntelMqPaths.For("/home/me/try")));
    }
}
