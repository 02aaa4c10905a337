using Microsoft.Extensions.Primitives;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Identity;

public sealed class AuthorizationHeaderTests
{
    [Theory]
    [InlineData("Bearer abc.def.ghi", "abc.def.ghi")]
    [InlineData("bearer abc", "abc")]
    [InlineData("BEARER  abc==", "abc==")]
    [InlineData("Bearer a-b_c~d+e/f.g", "a-b_c~d+e/f.g")]
    public void Read_OneBearerToken_GivesIt(string value, string token)
    {
        var header = AuthorizationHeader.Read(value);

        Assert.Null(header.Refusal);
        Assert.Equal(token, header.Token.ToString());
        Assert.Equal(token, header.TokenText);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("Bearerabc")]
    public void Read_NoTokenAttempted_RefusesNoCredential(string value) =>
        Assert.Same(DenyReason.NoCredential, AuthorizationHeader.Read(value).Refusal);

    [Fact]
    public void Read_HeaderAbsent_RefusesNoCredential() =>
        Assert.Same(DenyReason.NoCredential, AuthorizationHeader.Read(StringValues.Empty).Refusal);

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer ==")]
    [InlineData("Bearer abc def")]
    [InlineData("Bearer abc,Bearer def")]
    [InlineData("Bearer abc, def")]
    [InlineData("Bearer\tabc")]
    [InlineData("Bearer abc\u00e9")]
    [InlineData("Bearer a=b")]
    public void Read_NotExactlyOneToken_GivesNone(string value) => Assert.NotNull(AuthorizationHeader.Read(value).Refusal);

    [Fact]
    public void Read_TwoHeaders_RefusesMalformed() =>
        Assert.Same(DenyReason.MalformedCredential, AuthorizationHeader.Read(new StringValues(["Bearer abc", "Bearer abc"])).Refusal);

    [Theory]
    [InlineData(16 * 1024, true)]
    [InlineData((16 * 1024) + 1, false)]
    public void Read_LengthAtTheLimit_IsTheLastAccepted(int length, bool accepted)
    {
        var header = AuthorizationHeader.Read("Bearer " + new string('a', length - 7));

        Assert.Equal(accepted ? null : DenyReason.HeadersTooLarge, header.Refusal);
    }

    [Fact]
    public void Read_LongTokenWhereItMayBeLonger_IsTaken() =>
        Assert.Null(AuthorizationHeader.Read("Bearer " + new string('a', 40_000), 65_536).Refusal);

    [Theory]
    [InlineData("DPoP abc", true)]
    [InlineData("dpop abc", true)]
    [InlineData("Bearer abc", false)]
    public void Read_EitherScheme_SaysWhetherAProofIsDue(string value, bool isDpop)
    {
        var header = AuthorizationHeader.Read(value);

        Assert.Null(header.Refusal);
        Assert.Equal(isDpop, header.IsDpop);
    }
}
