namespace IntelMQ.Configuration.Tests;

public sealed class IntelMqPathsTests
{
    [Fact]
    public void The_root_variable_gives_the_layout_of_opt()
    {
        var paths = Find(new() { ["INTELMQ_ROOT_DIR"] = "/srv/intelmq/", ["INTELMQ_PATHS_NO_OPT"] = "1" });

        Assert.Equal("/srv/intelmq", paths.Root);
        Assert.Equal("/srv/intelmq/etc/runtime.yaml", paths.RuntimeFile);
        Assert.Equal("/srv/intelmq/etc/harmonization.conf", paths.HarmonizationFile);
        Assert.Equal("/srv/intelmq/var/log", paths.LogDirectory);
        Assert.Equal("/srv/intelmq/var/run", paths.RunDirectory);
        Assert.Equal("/srv/intelmq/var/lib/bots", paths.StateDirectory);
        Assert.Equal("/srv/intelmq/var/lib/state.json", paths.StateFile);
        Assert.Equal("/srv/intelmq/var/lib/queues", paths.QueueDirectory);
        Assert.Equal("/srv/intelmq/var/lib/cache", paths.CacheDirectory);
        Assert.Equal("/srv/intelmq/var/lib/extensions", paths.ExtensionsDirectory);
    }

    [Fact]
    public void Without_opt_the_layout_is_that_of_distribution_packages()
    {
        var paths = Find(new() { ["INTELMQ_PATHS_NO_OPT"] = "1" });

        Assert.Equal("/", paths.Root);
        Assert.Equal("/etc/intelmq/runtime.yaml", paths.RuntimeFile);
        Assert.Equal("/var/log/intelmq", paths.LogDirectory);
        Assert.Equal("/var/run/intelmq", paths.RunDirectory);
        Assert.Equal("/var/lib/intelmq/bots", paths.StateDirectory);
        Assert.Equal("/var/lib/intelmq/state.json", paths.StateFile);
        Assert.Equal("/var/lib/intelmq/extensions", paths.ExtensionsDirectory);
    }

    [Fact]
    public void Root_dir_counts_only_without_opt()
    {
        Assert.Equal("/jail/etc/intelmq", Find(new() { ["INTELMQ_PATHS_NO_OPT"] = "1", ["ROOT_DIR"] = "/jail" }).ConfigDirectory);
        Assert.Equal("/home/me/.local/share/intelmq", Find(new() { ["ROOT_DIR"] = "/jail", ["HOME"] = "/home/me" }).Root);
    }

    [Fact]
    public void An_empty_variable_counts_as_unset() =>
        Assert.Equal("/etc/intelmq", Find(new() { ["INTELMQ_ROOT_DIR"] = "", ["INTELMQ_PATHS_NO_OPT"] = "1" }).ConfigDirectory);

    [Theory]
    [InlineData("/opt/intelmq/etc/runtime.yaml", "/opt/intelmq/etc")]
    [InlineData("/opt/intelmq/etc/runtime.conf", "/opt/intelmq/etc")]
    [InlineData("/etc/intelmq/runtime.yaml", "/etc/intelmq")]
    [InlineData("/home/analyst/dir/etc/runtime.yaml", "/home/analyst/dir/etc")]
    [InlineData("/home/analyst/dir/runtime.yaml", "/home/analyst/dir")]
    public void Without_variables_an_existing_configuration_decides(string existing, string directory) =>
        Assert.Equal(directory, Find(new() { ["HOME"] = "/home/me" }, existing).ConfigDirectory);

    [Fact]
    public void A_configuration_in_the_working_directory_keeps_its_data_below_var()
    {
        var paths = Find([], "/home/analyst/dir/runtime.yaml");

        Assert.Equal("/home/analyst/dir/var/log", paths.LogDirectory);
        Assert.Equal("/home/analyst/dir/var/lib/bots", paths.StateDirectory);
    }

    [Fact]
    public void A_newcomer_gets_the_data_directory_of_the_user()
    {
        Assert.Equal("/home/me/.local/share/intelmq/etc/runtime.yaml", Find(new() { ["HOME"] = "/home/me" }).RuntimeFile);
        Assert.Equal("/data/intelmq", Find(new() { ["HOME"] = "/home/me", ["XDG_DATA_HOME"] = "/data" }).Root);
        Assert.Equal("/home/me/.local/share/intelmq", Find(new() { ["HOME"] = "/home/me", ["XDG_DATA_HOME"] = "not/absolute" }).Root);
        Assert.Equal("/home/analyst/dir", Find([]).Root);
    }

    [Fact]
    public void The_old_name_of_the_file_is_replaced_by_the_new_one()
    {
        using var folder = new TemporaryFolder();
        var paths = IntelMqPaths.For(folder.Path);
        Directory.CreateDirectory(paths.ConfigDirectory);
        File.WriteAllText(paths.LegacyRuntimeFile, "{}");

        Assert.True(paths.AdoptLegacyRuntimeFile());
        Assert.False(paths.AdoptLegacyRuntimeFile());

        Assert.True(File.Exists(paths.RuntimeFile));
        Assert.False(File.Exists(paths.LegacyRuntimeFile));
    }

    static IntelMqPaths Find(Dictionary<string, string> environment, params string[] existing) =>
        IntelMqPaths.Find(environment, "/home/analyst/dir", existing.Contains);
}
