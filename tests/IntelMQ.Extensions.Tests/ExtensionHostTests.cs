using System.Runtime.CompilerServices;
using IntelMQ.Sdk;
using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Extensions.Tests;

public sealed class ExtensionHostTests : IAsyncDisposable
{
    const string Bot = "intelmq.bots.experts.awesome.mark";

    readonly TemporaryDirectory _directory = new();
    readonly List<Problem> _notices = [];
    readonly ExtensionHost _host;

    public ExtensionHostTests() => _host = new ExtensionHost(AddNotice, TimeProvider.System);

    void AddNotice(Problem problem)
    {
        lock (_notices) _notices.Add(problem);
    }

    string Root => _directory["extensions"];

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    PackagedBot Find(string bot = Bot, string? package = null)
    {
        var catalogue = new CatalogueScanner(new ExtensionPlaces { BuiltIn = _directory["bundled"], Roots = [Root] }).Scan();
        return Assert.IsType<PackagedBot>(Assert.IsType<ResolvedBot>(catalogue.Resolve(bot, package)).Owner);
    }

    static string Show(LoadedBot loaded) => loaded.Registration.Create(new ParameterReader(new Dictionary<string, object?>()), null!)!.ToString()!;

    [Fact]
    public async Task A_bot_of_a_package_is_created_with_the_types_of_the_host()
    {
        new TestPackage("Awesome.Bots", "1.0.0", Bot).Compiled("typeof(Bot).Assembly.Location").CopyTo(Root);

        var loaded = await _host.LoadAsync(Find(), TestContext.Current.CancellationToken);

        Assert.Equal(typeof(Bot).Assembly.Location, Show(loaded));
        Assert.Equal(Bot, loaded.Registration.Name);
        Assert.Equal("Awesome.Bots", Assert.Single(_host.Loaded).Id);
    }

    [Fact]
    public async Task Two_packages_use_two_versions_of_one_library_side_by_side()
    {
        const string First = "intelmq.bots.experts.first.bot", Second = "intelmq.bots.experts.second.bot";
        PackUsingLibrary("First.Bots", First, "1.0.0");
        PackUsingLibrary("Second.Bots", Second, "2.0.0");

        var first = await _host.LoadAsync(Find(First), TestContext.Current.CancellationToken);
        var second = await _host.LoadAsync(Find(Second), TestContext.Current.CancellationToken);

        Assert.Equal(("library 1.0.0", "library 2.0.0"), (Show(first), Show(second)));
    }

    void PackUsingLibrary(string id, string bot, string version)
    {
        var library = ExtensionSource.Compile("Shared.Library", $$"""
            [assembly: System.Reflection.AssemblyVersion("{{version}}.0")]
            public static class Library { public static string Version => "library {{version}}"; }
            """);
        new TestPackage(id, "1.0.0", bot).Compiled("Library.Version", "", library)
            .With("net10.0/Shared.Library.dll", library)
            .WithDependencies(("Shared.Library", version))
            .CopyTo(Root);
    }

    [Fact]
    public async Task A_package_does_not_see_libraries_of_the_host()
    {
        var library = ExtensionSource.Compile("xunit.v3.core", "public static class Library { public static string Version => \"none\"; }");
        new TestPackage("Awesome.Bots", "1.0.0", Bot).Compiled("Library.Version", "", library).WithDependencies().CopyTo(Root);

        var loaded = await _host.LoadAsync(Find(), TestContext.Current.CancellationToken);

        Assert.Contains("is neither in the package nor part of the framework", Assert.ThrowsAny<Exception>(() => Show(loaded)).ToString());
    }

    [Fact]
    public async Task A_copy_of_the_sdk_or_the_framework_in_a_package_is_not_used()
    {
        var old = ExtensionSource.Compile("System.Text.Json", "[assembly: System.Reflection.AssemblyVersion(\"4.0.0.0\")]");
        new TestPackage("Awesome.Bots", "1.0.0", Bot).Compiled("System.Text.Json.JsonSerializer.Serialize(new[] { 1 })")
            .With("net10.0/System.Text.Json.dll", old)
            .With("net10.0/IntelMQ.Sdk.dll", ExtensionSource.Compile("IntelMQ.Sdk", ""))
            .CopyTo(Root);

        var loaded = await _host.LoadAsync(Find(), TestContext.Current.CancellationToken);

        Assert.Equal("[1]", Show(loaded));
    }

    [Fact]
    public async Task A_package_that_fails_to_load_says_why_and_the_others_go_on()
    {
        const string Bad = "intelmq.bots.experts.bad.bot", NoCode = "intelmq.bots.experts.no.code", NoList = "intelmq.bots.experts.no.list";
        new TestPackage("Awesome.Bots", "1.0.0", Bot).Compiled().CopyTo(Root);
        new TestPackage("No.Code", "1.0.0", NoCode).WithoutCode().CopyTo(Root);
        new TestPackage("No.List", "1.0.0", NoList).With("net10.0/No.List.dll", ExtensionSource.Compile("No.List", "")).CopyTo(Root);
        new TestPackage("Bad.Bots", "1.0.0", Bad)
            .With("net10.0/Bad.Bots.dll", ExtensionSource.Compile("Bad.Bots", ExtensionSource.CodeOf([Bad]).Replace("sealed class Entry : IExtensionEntry\n{", "sealed class Entry : IExtensionEntry\n{\n    public Entry() => throw new InvalidOperationException(\"no licence\");")))
            .CopyTo(Root);

        var texts = new Dictionary<string, string>();
        foreach (var name in new[] { Bad, NoCode, NoList })
        {
            texts[name] = (await Assert.ThrowsAsync<ExtensionException>(() => _host.LoadAsync(Find(name), TestContext.Current.CancellationToken))).Message;
        }

        Assert.Equal("Bad.Bots 1.0.0 cannot be loaded: InvalidOperationException: no licence", texts[Bad]);
        Assert.StartsWith("No.Code 1.0.0 cannot be loaded: BadImageFormatException", texts[NoCode]);
        Assert.Contains("built without the generator", texts[NoList]);
        Assert.Equal("1", Show(await _host.LoadAsync(Find(), TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task A_bot_that_only_the_manifest_has_is_told()
    {
        new TestPackage("Awesome.Bots", "1.0.0", Bot).With("net10.0/Awesome.Bots.dll", ExtensionSource.CompileBots("Awesome.Bots", ["intelmq.bots.experts.awesome.else"])).CopyTo(Root);

        var error = await Assert.ThrowsAsync<ExtensionException>(() => _host.LoadAsync(Find(), TestContext.Current.CancellationToken));

        Assert.Equal($"the manifest of Awesome.Bots 1.0.0 has {Bot}, but its assembly does not", error.Message);
    }

    [Fact]
    public async Task A_bot_moves_to_a_new_version_and_the_old_one_leaves_memory()
    {
        new TestPackage("Awesome.Bots", "1.0.0", Bot).Compiled("\"old\"").CopyTo(Root);
        var (context, lease) = await LoadAndShow("old");
        new TestPackage("Awesome.Bots", "1.1.0", Bot).Compiled("\"new\"").CopyTo(Root);
        var (_, newLease) = await LoadAndShow("new");

        Assert.Equal(["1.0.0", "1.1.0"], _host.Loaded.Select(package => package.Version.ToString()).Order());
        lease.Dispose();
        await _host.SettleAsync(TestContext.Current.CancellationToken);

        Assert.False(context.IsAlive, "the old version is still in memory");
        Assert.Equal(0, _host.Leftovers("Awesome.Bots"));
        Assert.Equal("1.1.0", Assert.Single(_host.Loaded).Version.ToString());
        Assert.Empty(_notices);
        newLease.Dispose();
        Assert.Single(_host.Loaded);
    }

    [Fact]
    public async Task Ten_versions_follow_each_other_while_another_package_goes_on_working()
    {
        const string Other = "intelmq.bots.experts.other.bot";
        new TestPackage("Other.Bots", "1.0.0", Other).Compiled("\"other\"").CopyTo(Root);
        using var other = await _host.LoadAsync(Find(Other), TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        var working = Task.Run(() => CountWhile(other, stop.Token), TestContext.Current.CancellationToken);
        var contexts = new List<WeakReference>();
        PackageLease? before = null;
        for (var version = 0; version < 10; version++)
        {
            new TestPackage("Awesome.Bots", $"1.{version}.0", Bot).Compiled($"\"{version}\"").CopyTo(Root);
            var (context, lease) = await LoadAndShow($"{version}");
            before?.Dispose();
            before = lease;
            contexts.Add(context);
        }

        await _host.SettleAsync(TestContext.Current.CancellationToken);
        await stop.CancelAsync();

        Assert.True(await working > 0);
        Assert.Equal(9, contexts.Count(context => !context.IsAlive));
        Assert.Equal(["1.0.0", "1.9.0"], _host.Loaded.Select(package => package.Version.ToString()).Order());
        Assert.Empty(_notices);
    }

    static int CountWhile(LoadedBot bot, CancellationToken stop)
    {
        var count = 0;
        do Assert.Equal("other", Show(bot));
        while (++count > 0 && !stop.WaitHandle.WaitOne(1));
        return count;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    async Task<(WeakReference Context, PackageLease Lease)> LoadAndShow(string expected)
    {
        var loaded = await _host.LoadAsync(Find(), TestContext.Current.CancellationToken);
        return (Use(loaded, expected), loaded.Lease);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference Use(LoadedBot loaded, string expected)
    {
        var bot = loaded.Registration.Create(new ParameterReader(new Dictionary<string, object?>()), null!)!;
        Assert.Equal(expected, bot.ToString());
        return new WeakReference(System.Runtime.Loader.AssemblyLoadContext.GetLoadContext(bot.GetType().Assembly));
    }

    [Fact]
    public async Task A_package_that_used_reflection_based_json_leaves_memory_too()
    {
        new TestPackage("Awesome.Bots", "1.0.0", Bot).Compiled("System.Text.Json.JsonSerializer.Serialize(new { Number = 1 })").CopyTo(Root);
        var (context, lease) = await LoadAndShow("{\"Number\":1}");

        Directory.Delete(_directory["extensions", "Awesome.Bots"], recursive: true);
        _host.Apply(new CatalogueScanner(new ExtensionPlaces { BuiltIn = _directory["bundled"], Roots = [Root] }).Scan(TestContext.Current.CancellationToken));
        lease.Dispose();
        await _host.SettleAsync(TestContext.Current.CancellationToken);

        Assert.False(context.IsAlive);
        Assert.Empty(_host.Loaded);
    }

    [Fact]
    public async Task A_package_that_does_not_leave_memory_is_told_and_after_three_times_a_restart_is_asked_for()
    {
        await using var host = new ExtensionHost(AddNotice, new HurriedTime());
        LoadedBot? loaded = null;
        for (var version = 0; version < 4; version++)
        {
            new TestPackage("Leaky.Bots", $"1.{version}.0", Bot).Compiled("\"1\"", "public Marker() => AppDomain.CurrentDomain.UnhandledException += static (_, _) => { };").CopyTo(Root);
            var old = loaded;
            loaded = host.Load(Find());
            Show(loaded);
            old?.Dispose();
            await host.SettleAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(3, host.Leftovers("leaky.bots"));
        Assert.Equal(
            [
                (BotLogLevel.Warning, "Leaky.Bots 1.0.0 was unloaded but something still holds it in memory; nothing else is affected"),
                (BotLogLevel.Warning, "Leaky.Bots 1.1.0 was unloaded but something still holds it in memory; nothing else is affected"),
                (BotLogLevel.Error, "3 unloaded versions of Leaky.Bots are still in memory; restart the host soon, or set 'isolation: process' for its bots"),
            ],
            _notices.Where(notice => notice.Level > BotLogLevel.Debug).Select(notice => (notice.Level, notice.Text)));
    }

    /// <summary>A clock whose timers fire at once.</summary>
    sealed class HurriedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }

    [Fact]
    public async Task Every_bot_that_comes_with_intelmq_is_in_its_manifest_and_in_its_assembly()
    {
        var catalogue = new CatalogueScanner(new ExtensionPlaces()).Scan(TestContext.Current.CancellationToken);
        Assert.Empty(catalogue.Problems);
        Assert.NotEmpty(catalogue.Bots);
        foreach (var owner in catalogue.Bots.Select(bot => bot.Shown).Cast<PackagedBot>())
        {
            var loaded = await _host.LoadAsync(owner, TestContext.Current.CancellationToken);
            Assert.Equal((owner.Bot, owner.Manifest.SingleInstance), (loaded.Registration.Name, loaded.Registration.SingleInstance));
            Assert.Empty(SdkCheck.Missing(owner.Package));
        }
    }

    [Fact]
    public async Task A_lease_that_was_given_back_gives_no_code()
    {
        new TestPackage("Awesome.Bots", "1.0.0", Bot).Compiled().CopyTo(Root);
        var loaded = await _host.LoadAsync(Find(), TestContext.Current.CancellationToken);

        loaded.Lease.Dispose();
        loaded.Lease.Dispose();

        Assert.Throws<ObjectDisposedException>(() => loaded.Registration);
    }

    [Fact]
    public async Task A_built_in_package_is_shared_by_its_bots_and_stays()
    {
        new TestPackage("IntelMQ.Bots", "1.0.0", Bot).Compiled().BundleInto(_directory["bundled"]);
        var first = await _host.LoadAsync(Find(), TestContext.Current.CancellationToken);
        var second = await _host.LoadAsync(Find(), TestContext.Current.CancellationToken);

        Assert.Same(first.Registration, second.Registration);
        Assert.False(System.Runtime.Loader.AssemblyLoadContext.GetLoadContext(first.Registration.Create.Method.Module.Assembly)!.IsCollectible);
    }
}
