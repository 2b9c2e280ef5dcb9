using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace IntelMQ.Faults.Tests;

/// <summary>An extension package of bots that do what bots must not do, compiled against the SDK that the tests have.</summary>
static class MisbehavingBots
{
    const string Id = "Faults.Bots";
    const string Version = "1.0.0";

    static readonly string[] Names = ["thrower", "looper", "spinner", "leaker", "ender", "deep", "wild"];

    // Messages whose number ends in 13 are the poisoned ones.
    const string Code = """
        using System;
        using System.Collections.Generic;
        using System.Linq;
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
        using System.Threading;
        using System.Threading.Tasks;
        using IntelMQ.Sdk;
        using IntelMQ.Sdk.Runtime;

        [assembly: ExtensionEntry(typeof(Entry))]

        sealed class Entry : IExtensionEntry
        {
            public IReadOnlyList<BotRegistration> Bots { get; } =
            [
                Bot("thrower", static _ => throw new InvalidOperationException("This bot throws, whatever comes.")),
                Bot("looper", static _ => { while (true) Thread.Sleep(20); }),
                Bot("spinner", static _ => { while (true) Thread.SpinWait(1000); }),
                Bot("leaker", static (leaks, _) => leaks.Add(new byte[8 << 20])),
                Bot("ender", static number => { if (number % 100 == 13) Environment.FailFast("The bot ends its process."); }),
                Bot("deep", static number => { if (number % 100 == 13) Deep(number); }),
                Bot("wild", static number => { if (number % 100 == 13) memset(0, 1, 4096); }),
            ];

            static BotRegistration Bot(string name, Action<int> misbehave) => Bot(name, (_, number) => misbehave(number));

            static BotRegistration Bot(string name, Action<List<byte[]>, int> misbehave) =>
                new("intelmq.bots.experts.faults." + name, (_, _) => new Misbehaving(misbehave), static _ => [], false);

            [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
            static int Deep(int number) => Deep(number + 1) + 1;

            [DllImport("libc")]
            static extern nint memset(nint to, int value, nint count);
        }

        public sealed class Misbehaving(Action<List<byte[]>, int> misbehave) : Expert
        {
            readonly List<byte[]> _leaks = [];

            protected override ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken)
            {
                if (message.TryGet(Fields.Source.Url, out var address)) misbehave(_leaks, int.Parse(address[(address.LastIndexOf('/') + 1)..]));
                return emitter.SendAsync(message, cancellationToken: cancellationToken);
            }
        }
        """;

    /// <summary>Lays the package out as if it were installed.</summary>
    public static void InstallInto(string extensionDirectory)
    {
        var folder = Path.Combine(extensionDirectory, Id, Version);
        Directory.CreateDirectory(Path.Combine(folder, "net10.0"));
        File.WriteAllText(Path.Combine(folder, "extension.json"), Manifest().ToJsonString());
        File.WriteAllBytes(Path.Combine(folder, "net10.0", Id + ".dll"), Compile());
    }

    static JsonObject Manifest() => new()
    {
        ["manifestVersion"] = 1,
        ["id"] = Id,
        ["version"] = Version,
        ["description"] = "Bots that misbehave.",
        ["sdk"] = new JsonObject { ["built"] = "1.0.0", ["min"] = "1.0.0", ["range"] = "[1.0.0, 2.0.0)" },
        ["runtime"] = new JsonObject { ["kind"] = "dotnet", ["framework"] = "net10.0", ["entry"] = $"net10.0/{Id}.dll" },
        ["bots"] = new JsonArray([.. Names.Select(name => new JsonObject
        {
            ["name"] = "intelmq.bots.experts.faults." + name,
            ["group"] = "experts",
            ["summary"] = "Misbehaves.",
            ["parameters"] = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject() },
        })]),
    };

    static byte[] Compile()
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "IntelMQ.Sdk.dll"))
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            Id, [CSharpSyntaxTree.ParseText(Code)], references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return image.ToArray();
    }
}
