using System.Text;
using Microsoft.AspNetCore.Http;
using PhiGateway.Gateway.Mcp;
using Xunit;

namespace PhiGateway.Tests.Gateway.Mcp;

/// <summary>A message is read once, and its headers say the same or it is none.</summary>
public sealed class McpMessageTests
{
    private const string Call =
        """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"fhir_read","arguments":{"type":"Patient"}}}""";

    [Fact]
    public void Read_ACall_IsItsToolAndArguments()
    {
        using var message = Read(Call)!;

        Assert.Equal(("tools/call", "fhir_read"), (message.Method, message.Tool));
        Assert.Equal("Patient", message.Arguments.GetProperty("type").GetString());
        using var other = Read("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""")!;
        Assert.Equal(("tools/list", null), (other.Method, other.Tool));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""[{"method":"tools/list"}]""")]
    [InlineData("""{"id":1}""")]
    [InlineData("""{"method":1}""")]
    [InlineData("""{"method":""}""")]
    [InlineData("""{"method":"\ud800"}""")]
    [InlineData("""{"\ud800":1,"method":"tools/list"}""")]
    [InlineData("""{"method":"tools/call","params":{"name":"fhir_search","arguments":{"parameters":{"\ud800":"x"}}}}""")]
    [InlineData("""{"method":"tools/call"}""")]
    [InlineData("""{"method":"tools/call","params":[]}""")]
    [InlineData("""{"method":"tools/call","params":{"arguments":{}}}""")]
    [InlineData("""{"method":"tools/call","params":{"name":null}}""")]
    [InlineData("""{"method":"tools/call","method":"tools/list","params":{"name":"a"}}""")]
    [InlineData("""{"method":"tools/call","params":{"name":"a","name":"b"}}""")]
    public void Read_AnythingElse_IsNoMessage(string body) => Assert.Null(Read(body));

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("tools/call", "fhir_read", true)]
    [InlineData("tools/list", "fhir_read", false)]
    [InlineData("tools/call", "fhir_search", false)]
    [InlineData("Tools/Call", "fhir_read", false)]
    [InlineData("tools/call", "", false)]
    [InlineData("tools/call", "fhir_read,fhir_search", false)]
    public void AgreesWith_Headers_OnlyWhenTheySayTheSame(string? method, string? name, bool expected)
    {
        using var message = Read(Call)!;
        var headers = new HeaderDictionary();
        if (method is not null)
        {
            headers["Mcp-Method"] = method;
            headers["Mcp-Name"] = name;
        }

        Assert.Equal(expected, message.AgreesWith(headers));
        headers["Mcp-Name"] = new(["fhir_read", "fhir_read"]);
        Assert.False(message.AgreesWith(headers));
    }

    [Fact]
    public void AgreesWith_ANameOfATool_OnlyWhereTheBodyNamesOne()
    {
        using var message = Read("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""")!;

        Assert.True(message.AgreesWith(new HeaderDictionary { ["Mcp-Method"] = "tools/list" }));
        Assert.False(message.AgreesWith(new HeaderDictionary { ["Mcp-Method"] = "tools/list", ["Mcp-Name"] = "fhir_read" }));
    }

    private static McpMessage? Read(string body) => McpMessage.Read(Encoding.UTF8.GetBytes(body));
}
