using PhiGateway.Identity.Assertions;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>What an operator writes of providers of persons is found wrong at the start, not at the first person.</summary>
public sealed class IdentityProviderOptionsTests : IDisposable
{
    private readonly string _keys = Path.GetTempFileName();

    public IdentityProviderOptionsTests() => File.WriteAllText(_keys, SigningKey.Jwks([SigningKey.Es256("k")]));

    public void Dispose() => File.Delete(_keys);

    [Fact]
    public void Validate_KeysThatCanBeRead_IsSound() => Assert.Empty(Flaws(Provider(_keys), Provider(null, "others")));

    [Theory]
    [InlineData("/nowhere/keys.json")]
    [InlineData("env:PHIGW_TEST_NO_SUCH_KEYS")]
    public void Validate_KeysThatCannotBeRead_IsTold(string place) => Assert.Equal(["IdentityProviders:0:Jwks"], Flaws(Provider(place)));

    [Fact]
    public void Validate_KeysThatAreNone_IsTold()
    {
        File.WriteAllText(_keys, "nonsense");

        Assert.Contains("IdentityProviders:0:Jwks", Flaws(Provider(_keys)));
    }

    [Fact]
    public void Validate_NameOrIssuerOfAnother_IsToldBesideANameThatIsNone()
    {
        var (first, other) = (Provider(_keys, "a|b"), Provider(_keys, "a|b"));

        Assert.Equal(["IdentityProviders:0:Name", "IdentityProviders:1:Name", "IdentityProviders:1:Name"], Flaws(first, other));
    }

    private static List<string> Flaws(params IdentityProviderOptions[] providers)
    {
        var flaws = new List<string>();
        IdentityProviderOptions.Validate(providers, (member, _) => flaws.Add(member));
        return flaws;
    }

    private static IdentityProviderOptions Provider(string? keys, string name = "people") =>
        new()
        {
            Name = name,
            Issuer = $"https://{name.Replace('|', '-')}.example",
            Jwks = keys,
            Algorithms = ["ES256"],
        };
}
