using System.Text.Json;
using PhiGateway.Identity.Tokens;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>Which task a token names is read in one way, or the token is not taken.</summary>
public sealed class TaskDetailTests
{
    [Theory]
    [InlineData("""{"sub":"a"}""", null)]
    [InlineData("""{"authorization_details":[]}""", null)]
    [InlineData("""{"authorization_details":[{"type":"payment","amount":1}]}""", null)]
    [InlineData("""{"authorization_details":[{"type":"phi-gateway-task","identifier":"discharge-4"}]}""", "discharge-4")]
    [InlineData("""{"authorization_details":[{"type":"payment"},{"identifier":"a.1","type":"phi-gateway-task"}]}""", "a.1")]
    public void TryRead_WhatCanBeRead_IsTheTask(string claims, string? expected)
    {
        Assert.True(Read(claims, out var task));
        Assert.Equal(expected, task);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("\"phi-gateway-task\"")]
    [InlineData("""{"type":"phi-gateway-task","identifier":"a"}""")]
    [InlineData("[1]")]
    [InlineData("[null]")]
    [InlineData("""[{}]""")]
    [InlineData("""[{"type":1}]""")]
    [InlineData("""[{"type":null,"identifier":"a"}]""")]
    [InlineData("""[{"type":"phi-gateway-task"}]""")]
    [InlineData("""[{"type":"phi-gateway-task","identifier":null}]""")]
    [InlineData("""[{"type":"phi-gateway-task","identifier":""}]""")]
    [InlineData("""[{"type":"phi-gateway-task","identifier":["a"]}]""")]
    [InlineData("""[{"type":"phi-gateway-task","identifier":"a b"}]""")]
    [InlineData("""[{"type":"phi-gateway-task","identifier":"A"}]""")]
    [InlineData("""[{"type":"phi-gateway-task","identifier":"a","actions":["read"]}]""")]
    [InlineData("""[{"type":"Phi-Gateway-Task","identifier":"a"}]""")]
    [InlineData("""[{"type":"phi-gateway-task","identifier":"a"},{"type":"phi-gateway-task","identifier":"a"}]""")]
    [InlineData("""[{"type":"phi-gateway-task","identifier":"a"},{"type":"phi-gateway-task","identifier":"b"}]""")]
    public void TryRead_WhatCannotBeRead_IsNotTakenForNoTask(string details) =>
        Assert.False(Read($$"""{"authorization_details":{{details}}}""", out _));

    [Fact]
    public void TryRead_MoreDetailsThanAnybodyNeeds_IsNotRead()
    {
        var many = string.Join(',', Enumerable.Repeat("""{"type":"payment"}""", 17));

        Assert.False(Read($$"""{"authorization_details":[{{many}}]}""", out _));
    }

    private static bool Read(string claims, out string? task)
    {
        using var document = JsonDocument.Parse(claims);
        return TaskDetail.TryRead(document.RootElement, out task);
    }
}
