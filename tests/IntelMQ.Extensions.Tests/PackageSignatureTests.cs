using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace IntelMQ.Extensions.Tests;

public sealed class PackageSignatureTests : IDisposable
{
    readonly InstallationFixture _installation = new();
    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _key.Dispose();
        _installation.Dispose();
    }

    string Pack() => new TestPackage("Awesome.Bots", "1.0.0", "intelmq.bots.experts.awesome.bot").WithoutCode().PackInto(_installation.Feed);

    Task<string> SignAsync(string nupkg, ECDsa key) => PackageSignature.SignAsync(nupkg, key.ExportPkcs8PrivateKeyPem(), "key.pem", InstallationFixture.Stop);

    [Fact]
    public async Task With_trusted_keys_only_packages_that_one_of_them_signed_are_installed()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var trusted = TrustedKeys.Add(_installation.Root, _key.ExportPkcs8PrivateKeyPem(), "key.pem");
        var nupkg = Pack();

        Assert.Contains("is not signed", Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots"))));
        await SignAsync(nupkg, stranger);
        Assert.Contains("which is not trusted here", Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots"))));
        Assert.Equal(trusted.Id, await SignAsync(nupkg, _key));

        Assert.Equal(trusted.Id, (await _installation.InstallAsync("Awesome.Bots")).SignedBy);
        Assert.Equal(PackageOutcome.Unchanged, Assert.Single(await _installation.Store.VerifyAsync(InstallationFixture.Stop)).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_package_that_was_changed_after_signing_is_refused(bool keysAreSet)
    {
        if (keysAreSet) TrustedKeys.Add(_installation.Root, _key.ExportSubjectPublicKeyInfoPem(), "key.pem");
        var nupkg = Pack();
        await SignAsync(nupkg, _key);
        using (var zip = ZipFile.Open(nupkg, ZipArchiveMode.Update)) TestPackage.Write(zip, "intelmq/net10.0/more.dll", "more"u8.ToArray());

        Assert.Contains("was changed after it was signed", Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots"))));
    }

    [Fact]
    public async Task A_signature_of_another_package_is_refused()
    {
        var trusted = TrustedKeys.Add(_installation.Root, _key.ExportSubjectPublicKeyInfoPem(), "key.pem");
        var nupkg = Pack();
        await SignAsync(nupkg, _key);
        using (var zip = ZipFile.Open(nupkg, ZipArchiveMode.Update))
        {
            var entry = zip.GetEntry("intelmq/signature.json")!;
            string json;
            using (var reader = new StreamReader(entry.Open())) json = reader.ReadToEnd();
            entry.Delete();
            var forged = System.Text.Json.Nodes.JsonNode.Parse(json)!;
            forged["sig"] = Convert.ToBase64String(_key.SignData("something else"u8.ToArray(), HashAlgorithmName.SHA256));
            TestPackage.Write(zip, "intelmq/signature.json", Encoding.UTF8.GetBytes(forged.ToJsonString()));
        }

        Assert.Equal([$"Awesome.Bots 1.0.0: the signature is not one of key {trusted.Id}"], await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots")));
    }

    [Fact]
    public void Keys_are_added_as_public_ones_listed_and_removed()
    {
        var added = TrustedKeys.Add(_installation.Root, _key.ExportPkcs8PrivateKeyPem(), "key.pem");

        Assert.DoesNotContain("PRIVATE", File.ReadAllText(added.File));
        Assert.Equal(added, Assert.Single(TrustedKeys.List(_installation.Root)));
        Assert.Equal(added.Id, TrustedKeys.Remove(_installation.Root, added.Id).Id);
        Assert.Empty(TrustedKeys.List(_installation.Root));
        Assert.Throws<ExtensionException>(() => TrustedKeys.Remove(_installation.Root, added.Id));
    }

    [Fact]
    public async Task Other_keys_are_refused()
    {
        using var rsa = RSA.Create(2048);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Assert.Throws<ExtensionException>(() => TrustedKeys.Add(_installation.Root, rsa.ExportSubjectPublicKeyInfoPem(), "key.pem"));
        Assert.Contains("P-256", Assert.Throws<ExtensionException>(() => TrustedKeys.Add(_installation.Root, other.ExportSubjectPublicKeyInfoPem(), "key.pem")).Message);
        Assert.Throws<ExtensionException>(() => TrustedKeys.Add(_installation.Root, "no key", "key.pem"));
        Assert.Contains("no private half", (await Assert.ThrowsAsync<ExtensionException>(() => PackageSignature.SignAsync(Pack(), _key.ExportSubjectPublicKeyInfoPem(), "key.pem", InstallationFixture.Stop))).Message);
    }
}
