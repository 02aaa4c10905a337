using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Tokens;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>
/// A member whose name is no text is no fault of whoever reads it: a token, a proof, a key set or an answer that has one cannot be read.
/// </summary>
public sealed class OneWayJsonTests
{
    private const string Good = """{"alg":"ES256","iss":"a"}""";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>Documents with names that are no text, as long as those that are asked for and longer.</summary>
    public static TheoryData<string> Nameless =>
        new()
        {
            """{"\ud800":1}""",
            """{"\udc00aaaaaaaaaaaaaaaaaaaaaaaa":1}""",
            """{"alg":"ES256","\ud800":1}""",
            """{"\ud800aaaaaaaaaaaaaaaaaaaaaaaa":1,"alg":"ES256","iss":"a"}""",
            """{"a":[{"b":{"\ud800\ud800":1}}],"iss":"a"}""",
        };

    [Theory]
    [MemberData(nameof(Nameless))]
    [InlineData("""{"a":1,"\u0061":2}""")]
    [InlineData("{")]
    public void Parse_WhatCannotBeReadInOneWay_IsNoJson(string json) =>
        Assert.ThrowsAny<JsonException>(() => OneWayJson.Parse(json, Strict));

    [Theory]
    [InlineData("""{"\u00e9\ud83d\ude00":"\ud83d\ude00","a":"\\"}""")]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("[]")]
    public void Parse_WhatCan_IsThere(string json)
    {
        using var document = OneWayJson.Parse(json, Strict);

        Assert.NotEqual(JsonValueKind.Undefined, document.RootElement.ValueKind);
    }

    // Of a stranger, unverified.
    [Theory]
    [MemberData(nameof(Nameless))]
    public void TryRead_TokenWithANameThatIsNoText_IsNone(string json)
    {
        Assert.False(TokenText.TryRead(Token(json, Good), out _));
        Assert.False(TokenText.TryRead(Token(Good, json), out _));
        Assert.True(TokenText.TryRead(Token(Good, Good), out var text));
        text?.Dispose();
    }

    [Theory]
    [MemberData(nameof(Nameless))]
    public void Read_KeySetWithANameThatIsNoText_SaysWhy(string json)
    {
        var reading = JwksReader.Read(Encoding.UTF8.GetBytes($$"""{"keys":[{{json}}]}"""));

        Assert.Null(reading.Keys);
        Assert.NotEmpty(reading.Problems);
    }

    private static string Token(string header, string payload) => $"{Segment(header)}.{Segment(payload)}.AAAA";

    private static string Segment(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
