using Microsoft.Extensions.Primitives;
using PhiGateway.Gateway.Trail;
using Xunit;

namespace PhiGateway.Tests.Gateway.Trail;

public sealed class UserAgentFamilyTests
{
    [Theory]
    [InlineData("python-requests/2.31.0", "python-requests/2")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) Chrome/120", "Mozilla/5")]
    [InlineData("curl/8", "curl/8")]
    [InlineData("connector", "connector")]
    [InlineData("connector/x", "connector")]
    [InlineData("connector/123456789", "connector/1234")]
    [InlineData(" lead", "other")]
    [InlineData("Jörg/1", "other")]
    [InlineData("a\r\nb/1", "other")]
    [InlineData("Smith,John/1", "other")]
    [InlineData("name-of-a-program-that-is-far-too-long/1", "other")]
    public void Of_AField_IsItsFirstProductWithItsMajorVersion(string field, string family) =>
        Assert.Equal(family, UserAgentFamily.Of(field));

    [Fact]
    public void Of_NoFieldOrSeveral_IsNothingOrOther()
    {
        Assert.Null(UserAgentFamily.Of(StringValues.Empty));
        Assert.Equal("other", UserAgentFamily.Of(string.Empty));
        Assert.Equal("other", UserAgentFamily.Of(new StringValues(["curl/8", "curl/8"])));
    }
}
