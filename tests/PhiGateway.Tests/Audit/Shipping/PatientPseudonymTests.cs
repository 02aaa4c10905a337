using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Audit.Shipping;

public sealed class PatientPseudonymTests
{
    [Fact]
    public void Of_SameTriple_IsStableAndOthersDiffer()
    {
        var pseudonym = new PatientPseudonym(new byte[32]);
        var key = pseudonym.Of("north", "p-1");
        Assert.Equal(key, pseudonym.Of("north", "Patient", "p-1"));
        Assert.Matches("^[A-Z2-7]{26}$", key);
        Assert.NotEqual(key, pseudonym.Of("south", "p-1"));
        Assert.NotEqual(key, pseudonym.Of("north", "p-2"));
        Assert.NotEqual(key, pseudonym.Of("north", "mrn", "p-1"));
        Assert.NotEqual(pseudonym.Of("a", "b", "c"), pseudonym.Of("ab", "", "c"));
    }

    [Fact]
    public void Encode_KnownVector_IsRfc4648() => Assert.Equal("MZXW6YTBOI", Base32.Encode("foobar"u8, 10)[..10]);

    [Fact]
    public void OpenOrCreate_FirstStart_MakesAKeyOnlyItsOwnerReads()
    {
        using var folder = new JournalFolder();
        var path = Path.Combine(folder.Path, "pseudonym.key");
        var first = PatientPseudonym.OpenOrCreate(path).Of("t", "p");
        Assert.Equal(first, PatientPseudonym.OpenOrCreate(path).Of("t", "p"));
        Assert.Equal(32, new FileInfo(path).Length);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherRead);
            _ = Assert.Throws<InvalidDataException>(() => PatientPseudonym.OpenOrCreate(path));
        }

        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void OpenOrCreate_DamagedKey_IsRefusedNotReplaced()
    {
        using var folder = new JournalFolder();
        var path = Path.Combine(folder.Path, "pseudonym.key");
        _ = PatientPseudonym.OpenOrCreate(path);
        File.WriteAllBytes(path, new byte[31]);
        _ = Assert.Throws<InvalidDataException>(() => PatientPseudonym.OpenOrCreate(path));
        Assert.Equal(31, new FileInfo(path).Length);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherRead)]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void OpenOrCreate_KeyThatOthersMayRead_IsRefused(UnixFileMode more)
    {
        using var folder = new JournalFolder();
        var path = Path.Combine(folder.Path, "pseudonym.key");
        _ = PatientPseudonym.OpenOrCreate(path);
        var own = File.GetUnixFileMode(path);
        File.SetUnixFileMode(path, own | more);
        _ = Assert.Throws<InvalidDataException>(() => PatientPseudonym.OpenOrCreate(path));

        File.SetUnixFileMode(path, own);
        _ = PatientPseudonym.OpenOrCreate(path);
    }
}
