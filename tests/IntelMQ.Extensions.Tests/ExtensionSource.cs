using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace IntelMQ.Extensions.Tests;

/// <summary>Compiles the assemblies of test packages: what a stranger's build would have made, with the list of bots written by hand.</summary>
internal static class ExtensionSource
{
    static readonly IReadOnlyList<MetadataReference> Framework =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(System.IO.Path.PathSeparator)
            .Where(path => System.IO.Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "IntelMQ.Sdk.dll"))
            .Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>A library.</summary>
    public static byte[] Compile(string assembly, string code, params byte[][] references) =>
        Emit(assembly, code, [.. Framework, .. references.Select(image => MetadataReference.CreateFromImage(image))]);

    /// <summary>A library that knows another SDK than this one.</summary>
    public static byte[] CompileAgainst(byte[] sdk, string assembly, string code) =>
        Emit(assembly, code, [.. Framework.Where(reference => !reference.Display!.EndsWith("IntelMQ.Sdk.dll", StringComparison.Ordinal)), MetadataReference.CreateFromImage(sdk)]);

    static byte[] Emit(string assembly, string code, IReadOnlyList<MetadataReference> references)
    {
        var compilation = CSharpCompilation.Create(
            assembly,
            [CSharpSyntaxTree.ParseText(code)],
            references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return image.ToArray();
    }

    /// <summary>An assembly with one expert per name, each of which sends its message on with the value of <paramref name="text"/> under <c>comment</c>.</summary>
    public static byte[] CompileBots(string assembly, IEnumerable<string> bots, string text = "\"1\"", string members = "", params byte[][] references) =>
        Compile(assembly, CodeOf(bots, text, members), references);

    public static string CodeOf(IEnumerable<string> bots, string text = "\"1\"", string members = "") => $$"""
        using System;
        using System.Collections.Generic;
        using System.Threading;
        using System.Threading.Tasks;
        using IntelMQ.Sdk;
        using IntelMQ.Sdk.Runtime;

        [assembly: ExtensionEntry(typeof(Entry))]

        sealed class Entry : IExtensionEntry
        {
            public IReadOnlyList<BotRegistration> Bots { get; } =
            [
                {{string.Join(",\n", bots.Select(bot => $"new(\"{bot}\", static (_, _) => new Marker(), static _ => [], false)"))}}
            ];
        }

        public sealed class Marker : Expert
        {
            {{members}}

            public override string ToString() => {{text}};

            protected override ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken) =>
                emitter.SendAsync(message, cancellationToken: cancellationToken);
        }
        """;
}
