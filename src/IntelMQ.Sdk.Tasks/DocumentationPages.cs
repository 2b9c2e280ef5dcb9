using System.Text;

namespace IntelMQ.Sdk.Tasks;

/// <summary>The documentation pages of a package: Markdown files below <c>docs/</c>.</summary>
static class DocumentationPages
{
    const int MaximumBytes = 1 << 20;

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The member <c>pages</c> of the manifest; null when there are none.</summary>
    /// <param name="pages">The files, each with its path in the package.</param>
    /// <param name="problems">Is told what is wrong.</param>
    public static string? Read(IEnumerable<(string File, string Path)> pages, List<FileProblem> problems)
    {
        var listed = pages.OrderBy(static page => page.Path, StringComparer.Ordinal)
            .Select(page => new ManifestObject(6).Add("path", page.Path).Add("title", Title(page.File, page.Path, problems)).ToString())
            .ToArray();
        return listed.Length == 0 ? null : $"[\n    {string.Join(",\n    ", listed)}\n  ]";
    }

    /// <summary>The first heading, or the name of the file.</summary>
    static string Title(string file, string path, List<FileProblem> problems)
    {
        if (new FileInfo(file).Length > MaximumBytes)
        {
            problems.Add(new(file, 0, 0, $"the page is larger than {MaximumBytes >> 20} MiB"));
            return path;
        }

        string text;
        try
        {
            text = Strict.GetString(File.ReadAllBytes(file));
        }
        catch (DecoderFallbackException)
        {
            problems.Add(new(file, 0, 0, "the page is not UTF-8 text"));
            return path;
        }

        // Pages are shown on terminals, too.
        var bad = Array.FindIndex(text.ToCharArray(), static c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'));
        if (bad >= 0) problems.Add(new(file, text.Take(bad).Count(static c => c == '\n') + 1, 0, $"the page has the control character U+{(int)text[bad]:X4}"));
        var heading = text.Split('\n').FirstOrDefault(static line => line.StartsWith("# ", StringComparison.Ordinal));
        return heading is null ? Path.GetFileNameWithoutExtension(path) : heading.Substring(2).Trim();
    }
}
