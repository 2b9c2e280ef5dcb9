using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace IntelMQ.Sdk.Generators.Tests;

/// <summary>What authors copy out of the documentation compiles.</summary>
public sealed partial class DocumentationTests
{
    const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Linq;
        using System.Net.Http;
        using System.Threading;
        using System.Threading.Tasks;
        using IntelMQ.Sdk;
        using IntelMQ.Sdk.Testing;
        using static IntelMQ.Sdk.Fields;

        """;

    [GeneratedRegex("^```csharp\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block { get; }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code { get; }

    static string Page()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (System.IO.File.Exists(Path.Combine(directory.FullName, "IntelMQ.slnx")))
                return System.IO.File.ReadAllText(Path.Combine(directory.FullName, "docs", "dev", "writing-bots.md"));
        throw new DirectoryNotFoundException("The tests do not run within the repository.");
    }

    /// <summary>The third column of the tables: each cell is the body of a method of a bot that has what the examples use.</summary>
    static string Examples(string page)
    {
        var source = new StringBuilder(Usings);
        source.Append("""
            abstract class MyBot(IHttpClients clients, IDnsResolver dns, IBotCache cache, HttpOptions options, ExportOptions exportOptions) : Collector
            {
                static Field Extra(string name) => Field.Named("extra." + name);

            """);
        var number = 0;
        foreach (var line in page.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)))
        {
            var cells = line.Replace(@"\|", "\u0001", StringComparison.Ordinal).Split('|');
            if (cells.Length != 5 || !cells[3].TrimStart().StartsWith('`')) continue;
            var code = string.Join('\n', Code.Matches(cells[3]).Select(match => match.Groups[1].Value)).Replace('\u0001', '|');
            var own = code.Contains("var report =", StringComparison.Ordinal) ? "" : "Report report, ";
            var row = code.Contains("row in", StringComparison.Ordinal) ? "" : "JsonRow row, ";
            var client = code.Contains("var client =", StringComparison.Ordinal) ? "" : "HttpClient client, ";
            source.AppendLine($"    async Task Example{++number}({own}{row}{client}Event e, string text, CsvRecord record, Stream stream, ReportInbox inbox, CancellationToken cancellationToken)\n    {{\n{code}\n    await Task.Yield();\n    }}");
        }

        Assert.True(number > 50, "The tables of the page are not found any more.");
        return source.Append('}').ToString();
    }

    static IEnumerable<string> Errors(params string[] sources)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "IntelMQ.Sdk.dll" or "IntelMQ.Sdk.Testing.dll" or "netstandard.dll"))
            .Select(path => MetadataReference.CreateFromFile(path));
        var trees = sources.Select(source => CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.Preview)));
        return CSharpCompilation.Create("Examples", trees, references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable))
            .GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => $"{d.GetMessage(System.Globalization.CultureInfo.InvariantCulture)} in: {LineOf(d)}").Distinct();
    }

    static string LineOf(Diagnostic diagnostic) => diagnostic.Location.SourceTree!.GetText().Lines[diagnostic.Location.GetLineSpan().StartLinePosition.Line].ToString().Trim();

    [Fact]
    public void The_examples_in_the_tables_of_the_page_about_writing_bots_compile() => Assert.Empty(Errors(Examples(Page())));

    [Fact]
    public void The_classes_on_the_page_about_writing_bots_compile() =>
        Assert.Empty(Errors(Usings + string.Join('\n', Block.Matches(Page()).Select(match => match.Groups[1].Value))));
}
