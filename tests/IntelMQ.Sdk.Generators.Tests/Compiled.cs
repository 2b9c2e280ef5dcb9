using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using IntelMQ.Sdk.Runtime;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace IntelMQ.Sdk.Generators.Tests;

/// <summary>A snippet of an author, compiled with the generator against the real SDK.</summary>
sealed class Compiled
{
    const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.ComponentModel.DataAnnotations;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using IntelMQ.Sdk;

        """;

    static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "mscorlib.dll" or "IntelMQ.Sdk.dll"))
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    readonly Lazy<Assembly> _assembly;

    public Compiled(string source, params (string Path, string Text)[] additionalFiles)
    {
        var compilation = Compile(source);
        var driver = CSharpGeneratorDriver.Create(
            [new BotGenerator().AsSourceGenerator()],
            additionalFiles.Select(static f => (AdditionalText)new File(f.Path, f.Text)),
            (CSharpParseOptions)compilation.SyntaxTrees.First().Options);
        driver.RunGeneratorsAndUpdateCompilation(compilation, out var output, out _);
        Compilation = output;
        _assembly = new(() => Assembly.Load(Bytes));
    }

    public Compilation Compilation { get; }

    /// <summary>The assembly; there is none when there are errors, and they are told.</summary>
    public byte[] Bytes
    {
        get
        {
            using var stream = new MemoryStream();
            var result = Compilation.Emit(stream);
            Assert.True(result.Success, string.Join("\n", result.Diagnostics.Where(static d => d.Severity == DiagnosticSeverity.Error)));
            return stream.ToArray();
        }
    }

    /// <summary>The <c>bots</c> array that the compiled assembly carries.</summary>
    public JsonElement Manifest => JsonDocument.Parse(_assembly.Value.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "IntelMQ.Bots").Value!).RootElement;

    /// <summary>The only bot.</summary>
    public BotRegistration Bot => Assert.Single(Entry.Bots);

    public IExtensionEntry Entry => (IExtensionEntry)Activator.CreateInstance(_assembly.Value.GetCustomAttribute<ExtensionEntryAttribute>()!.Entry, nonPublic: true)!;

    public static CSharpCompilation Compile(string source, string assemblyName = "Snippet", DocumentationMode comments = DocumentationMode.Diagnose)
    {
        var parse = new CSharpParseOptions(LanguageVersion.Preview, comments);
        return CSharpCompilation.Create(
            assemblyName,
            [CSharpSyntaxTree.ParseText(Usings, parse), CSharpSyntaxTree.ParseText(source, parse)],
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
    }

    sealed class File(string path, string text) : AdditionalText
    {
        public override string Path => path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }
}
