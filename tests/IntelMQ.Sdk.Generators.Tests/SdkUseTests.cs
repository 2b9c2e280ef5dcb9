using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using IntelMQ.Sdk.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace IntelMQ.Sdk.Generators.Tests;

public sealed class SdkUseTests
{
    const string Sdk = """
        [assembly: System.Reflection.AssemblyVersion("1.0.0.0")]
        namespace IntelMQ.Sdk.Runtime { public sealed class SinceAttribute(string version) : System.Attribute { public string Version => version; } }
        namespace IntelMQ.Sdk
        {
            using IntelMQ.Sdk.Runtime;
            public class Bot
            {
                public void Old() { }
                [Since("1.1.0")] public void New() { }
                [Since("1.2.0")] public void New(int i) { }
                [Since("1.3.0")] public int Property { get; set; }
                [Since("1.4.0")] public virtual void Overridable() { }
                [Since("1.7.0")] public static readonly int Field = 1;
            }
            public class Parser<T> : Bot
            {
                [Since("1.5.0")] public void Generic(T value) { }
            }
            [Since("1.6.0")] public class NewType { }
        }
        """;

    static readonly byte[] SdkBytes = Emit("IntelMQ.Sdk", Sdk, []);

    static byte[] Emit(string name, string source, IEnumerable<MetadataReference> references)
    {
        var compilation = CSharpCompilation.Create(
            name,
            [CSharpSyntaxTree.ParseText(source, new(LanguageVersion.Preview), cancellationToken: TestContext.Current.CancellationToken)],
            [MetadataReference.CreateFromFile(typeof(object).Assembly.Location), .. references],
            new(OutputKind.DynamicallyLinkedLibrary));
        using var stream = new MemoryStream();
        var result = compilation.Emit(stream, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        return stream.ToArray();
    }

    [Theory]
    [InlineData("class A { void M(IntelMQ.Sdk.Bot b) => b.Old(); }", "1.0.0")]
    [InlineData("class A { void M(IntelMQ.Sdk.Bot b) => b.New(); }", "1.1.0")]
    [InlineData("class A { void M(IntelMQ.Sdk.Bot b) => b.New(1); }", "1.2.0")]
    [InlineData("class A { int M(IntelMQ.Sdk.Bot b) => b.Property; }", "1.3.0")]
    [InlineData("class A : IntelMQ.Sdk.Bot { public override void Overridable() { } }", "1.4.0")]
    [InlineData("class A : IntelMQ.Sdk.Bot { } class B : A { public override void Overridable() { } }", "1.4.0")]
    [InlineData("class A : IntelMQ.Sdk.Parser<int> { public override void Overridable() { } }", "1.4.0")]
    [InlineData("class A : IntelMQ.Sdk.Parser<int> { void M() => Generic(1); }", "1.5.0")]
    [InlineData("class A { object M() => new IntelMQ.Sdk.NewType(); }", "1.6.0")]
    [InlineData("class A { int M() => IntelMQ.Sdk.Bot.Field; }", "1.7.0")]
    [InlineData("class A { void M(IntelMQ.Sdk.Bot b) { b.New(1); b.New(); } }", "1.2.0")]
    public void The_lowest_sdk_is_that_of_the_newest_member_used(string source, string expected)
    {
        using var sdk = new PEReader([.. SdkBytes]);
        using var assembly = new PEReader([.. Emit("Acme.Bots", source, [MetadataReference.CreateFromImage(SdkBytes)])]);

        Assert.Equal(Version.Parse(expected), new SdkUse(sdk.GetMetadataReader()).LowestVersion(assembly.GetMetadataReader(), static (_, _) => { }));
    }
}
