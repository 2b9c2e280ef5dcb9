namespace IntelMQ.Extensions.Tests;

public sealed class SdkCheckTests : IDisposable
{
    const string Bot = "intelmq.bots.experts.awesome.bot";

    readonly InstallationFixture _installation = new();

    public void Dispose() => _installation.Dispose();

    [Fact]
    public void A_package_that_uses_this_sdk_misses_nothing()
    {
        var nupkg = new TestPackage("Awesome.Bots", "1.0.0", Bot).Compiled("\"1\"", """
            public sealed class Rows : Parser<string>
            {
                protected override RowFormat<string> Format => null!;
                protected override IEnumerable<Event> ParseRow(string row, Report report) { var e = report.NewEvent(); e.Add(Fields.Comment, row); yield return e; }
            }
            public object Use(Parser<string> parser) => parser.ToString() + new BotAttribute("x") { OwnProcess = true }.Name;
            """).PackInto(_installation.Feed);

        Assert.Empty(SdkCheck.MissingForArchive(nupkg));
    }

    [Fact]
    public void Members_and_types_of_a_newer_sdk_are_named()
    {
        var newer = ExtensionSource.Compile("IntelMQ.Sdk", """
            namespace IntelMQ.Sdk
            {
                public sealed class NewType { }
                public sealed class BotAttribute : System.Attribute { public BotAttribute(string name) { } public string Newer(int number) => ""; public string Name => ""; }
                public abstract class Parser<TRow> { public static void Split(TRow row) { } }
            }
            """);
        var code = "namespace IntelMQ.Sdk; public class Uses { public object All() { Parser<string>.Split(\"\"); return new NewType().ToString() + new BotAttribute(\"x\").Newer(1) + new BotAttribute(\"y\").Name; } }";
        var nupkg = new TestPackage("Awesome.Bots", "1.0.0", Bot).With("net10.0/Awesome.Bots.dll", ExtensionSource.CompileAgainst(newer, "Awesome.Bots", code)).PackInto(_installation.Feed);

        Assert.Equal(
            ["IntelMQ.Sdk.BotAttribute.Newer(Int32) : String", "IntelMQ.Sdk.Parser`1.Split(!0) : Void", "type IntelMQ.Sdk.NewType"],
            SdkCheck.MissingForArchive(nupkg));
    }

    [Fact]
    public void What_is_no_assembly_is_told()
    {
        var nupkg = new TestPackage("Awesome.Bots", "1.0.0", Bot).WithoutCode().PackInto(_installation.Feed);

        Assert.Contains("nowhere.nupkg cannot be read", Assert.Throws<ExtensionException>(() => SdkCheck.MissingForArchive(_installation.Directory["nowhere.nupkg"])).Message);
        Assert.Contains("is no assembly", Assert.Throws<ExtensionException>(() => SdkCheck.MissingForArchive(nupkg)).Message);
    }
}
