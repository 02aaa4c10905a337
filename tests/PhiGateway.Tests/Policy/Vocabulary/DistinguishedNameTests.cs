using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PhiGateway.Identity.Workloads;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Policy.Vocabulary;

/// <summary>A subject is read in one way, and equals that of a certificate exactly when both say the same, letter by letter and in order.</summary>
public sealed class DistinguishedNameTests
{
    [Theory]
    [InlineData("CN=feed,OU=Lab,O=Hospital,C=US", "CN=feed, OU=Lab, O=Hospital, C=US")]
    [InlineData("cn=feed , o = Hospital", "CN=feed, O=Hospital")]
    [InlineData("2.5.4.3=feed", "CN=feed")]
    [InlineData("CN=feed,DC=hospital,DC=example", "CN=feed, DC=hospital, DC=example")]
    [InlineData("CN=Hospital\\, North", "CN=\"Hospital, North\"")]
    [InlineData("CN=\\20feed\\20", "CN=\" feed \"")]
    [InlineData("CN=\\C3\\9Cbung", "CN=Übung")]
    [InlineData("CN=Übung", "CN=Übung")]
    [InlineData("emailAddress=feed@hospital.example,CN=feed", "E=feed@hospital.example, CN=feed")]
    public void TryRead_AsACertificateSaysIt_IsTheSame(string registered, string subject)
    {
        Assert.True(DistinguishedName.TryRead(registered, out var form));
        Assert.Equal(Of(new X500DistinguishedName(subject)), form);
    }

    [Theory]
    [InlineData("CN=feed,O=Hospital", "O=Hospital, CN=feed")]
    [InlineData("CN=Feed", "CN=feed")]
    [InlineData("CN=feed", "CN=feed, O=Hospital")]
    [InlineData("CN=feed,O=Hospital", "CN=feed")]
    [InlineData("OU=feed", "CN=feed")]
    [InlineData("CN=feed\\,O=Hospital", "CN=feed, O=Hospital")]
    public void TryRead_OfAnother_IsNotTheSame(string registered, string subject)
    {
        Assert.True(DistinguishedName.TryRead(registered, out var form));
        Assert.NotEqual(Of(new X500DistinguishedName(subject)), form);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("feed")]
    [InlineData("=feed")]
    [InlineData("CN=")]
    [InlineData("CN=feed,")]
    [InlineData(",CN=feed")]
    [InlineData("CN=feed,,O=Hospital")]
    [InlineData("CN=a+OU=b")]
    [InlineData("CN=#0403666f6f")]
    [InlineData("CN=\"feed\"")]
    [InlineData("CN=feed;O=Hospital")]
    [InlineData("CN=feed\\")]
    [InlineData("CN=feed\\zz")]
    [InlineData("CN=\\C3")]
    [InlineData("CN=a\\0Ab")]
    [InlineData("CN=a\nb")]
    [InlineData("XY=feed")]
    [InlineData("2.05.4=feed")]
    public void TryRead_InNoOrSeveralWays_IsRefused(string? text) => Assert.False(DistinguishedName.TryRead(text, out _));

    [Fact]
    public void TryRead_TooLong_IsRefused()
    {
        Assert.True(DistinguishedName.TryRead("CN=" + new string('a', 1021), out _));
        Assert.False(DistinguishedName.TryRead("CN=" + new string('a', 1022), out _));
    }

    private static string? Of(X500DistinguishedName subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest(subject, key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero)
        );
        return CertificateNames.SubjectOf(certificate);
    }
}
