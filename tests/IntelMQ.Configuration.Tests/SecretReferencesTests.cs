namespace IntelMQ.Configuration.Tests;

public sealed class SecretReferencesTests
{
    [Fact]
    public void Variables_and_files_take_the_place_of_their_references()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("token"), "t0ken\n");
        var secrets = new SecretReferences(new Dictionary<string, string> { ["KEY"] = "k3y" }, folder.Path);

        Assert.Equal("k3y", secrets.Resolve("${env:KEY}"));
        Assert.Equal("https://x/?a=k3y&b=t0ken", secrets.Resolve("https://x/?a=${env:KEY}&b=${file:token}"));
        Assert.Equal("t0ken", secrets.Resolve($"${{file:{folder.File("token")}}}"));
    }

    [Fact]
    public void Other_texts_stay_as_they_are()
    {
        var secrets = new SecretReferences(new Dictionary<string, string> { ["A"] = "1" }, "/");

        Assert.Equal("$5 ${name} $${x}", secrets.Resolve("$5 ${name} $${x}"));
        Assert.Equal("1 ${name}", secrets.Resolve("${env:A} ${name}"));
        Assert.Equal("${env:A}", secrets.Resolve("$${env:A}"));
    }

    [Fact]
    public void What_is_resolved_is_not_resolved_again()
    {
        var secrets = new SecretReferences(new Dictionary<string, string> { ["A"] = "${env:B}", ["B"] = "b" }, "/");

        Assert.Equal("${env:B}", secrets.Resolve("${env:A}"));
    }

    [Theory]
    [InlineData("${env:NOWHERE}", "The environment variable NOWHERE of ${env:NOWHERE} is not set")]
    [InlineData("${env:NOWHERE", "A reference ${… is not closed by }")]
    public void A_missing_secret_is_an_error(string text, string message) =>
        Assert.Equal(message, Assert.Throws<SecretReferenceException>(() => new SecretReferences(new Dictionary<string, string>(), "/").Resolve(text)).Message);

    [Fact]
    public void A_missing_file_is_an_error_that_names_it() =>
        Assert.StartsWith("The file /nowhere/secret of ${file:/nowhere/secret} cannot be read",
            Assert.Throws<SecretReferenceException>(() => new SecretReferences(new Dictionary<string, string>(), "/").Resolve("${file:/nowhere/secret}")).Message, StringComparison.Ordinal);

    [Fact]
    public void Lists_and_maps_are_resolved_inside()
    {
        var secrets = new SecretReferences(new Dictionary<string, string> { ["A"] = "1" }, "/");
        var headers = new Dictionary<string, object?> { ["X"] = new List<object?> { "${env:A}", 5L } };

        var resolved = Assert.IsAssignableFrom<IReadOnlyDictionary<string, object?>>(secrets.Resolve(headers));

        Assert.Equal(["1", 5L], Assert.IsAssignableFrom<IReadOnlyList<object?>>(resolved["X"]));
    }

    [Fact]
    public void A_secret_text_never_prints_itself()
    {
        var secret = new SecretText("hunter2");

        Assert.Equal("(hidden)", secret.ToString());
        Assert.Equal("(hidden)", $"{secret}");
        Assert.Equal(new SecretText("hunter2"), secret);
    }
}
