using System.Text.Json;
using PhiGateway.Gateway.Mcp;
using Xunit;

namespace PhiGateway.Tests.Gateway.Mcp;

/// <summary>A tool call is exactly one request below the base, or none.</summary>
public sealed class ToolTargetTests
{
    [Theory]
    [InlineData("fhir_read", """{"type":"Patient","id":"f001"}""", "/fhir/Patient/f001")]
    [InlineData("fhir_search", """{"type":"Patient"}""", "/fhir/Patient")]
    [InlineData("fhir_search", """{"type":"Patient","parameters":{}}""", "/fhir/Patient")]
    [InlineData(
        "fhir_search",
        """{"type":"Observation","parameters":{"patient":"f001","code":"http://loinc.org|1&2=3","_count":5}}""",
        "/fhir/Observation?patient=f001&code=http%3A%2F%2Floinc.org%7C1%262%3D3&_count=5"
    )]
    [InlineData(
        "fhir_search",
        """{"type":"Observation","parameters":{"date":["ge2020-01-01","lt2021-01-01"],"code:in":"x"}}""",
        "/fhir/Observation?date=ge2020-01-01&date=lt2021-01-01&code:in=x"
    )]
    [InlineData("fhir_page", """{"url":"https://gw.example/fhir/?_page=abc_-9"}""", "/fhir/?_page=abc_-9")]
    public void TryWrite_WhatAToolIsFor_IsTheRequest(string tool, string arguments, string expected)
    {
        Assert.True(Write(tool, arguments, out var target));
        Assert.Equal(expected, target);
    }

    [Theory]
    [InlineData("fhir_write", """{"type":"Patient","id":"f001"}""")]
    [InlineData("fhir_read", """{}""")]
    [InlineData("fhir_read", """[]""")]
    [InlineData("fhir_read", "null")]
    [InlineData("fhir_read", """{"type":"Patient"}""")]
    [InlineData("fhir_read", """{"type":"Patient","id":null}""")]
    [InlineData("fhir_read", """{"type":"Patient","id":"../metadata"}""")]
    [InlineData("fhir_read", """{"type":"Patient","id":"f001/_history"}""")]
    [InlineData("fhir_read", """{"type":"Patient","id":"f001?_format=xml"}""")]
    [InlineData("fhir_read", """{"type":"Patient","id":"f001%2f_history"}""")]
    [InlineData("fhir_read", """{"type":"Patient","id":"f001#a"}""")]
    [InlineData("fhir_read", """{"type":"Patient","id":"f001\r\nHost: evil"}""")]
    [InlineData("fhir_read", """{"type":"Patient","id":"$everything"}""")]
    [InlineData("fhir_read", """{"type":"Patient","id":["f001"]}""")]
    [InlineData("fhir_read", """{"type":"Patient","id":7}""")]
    [InlineData("fhir_read", """{"type":["Patient"],"id":"f001"}""")]
    [InlineData("fhir_read", """{"Type":"Patient","id":"f001"}""")]
    [InlineData("fhir_search", """{"type":"Patient","parameters":{"a?b":"c"}}""")]
    [InlineData("fhir_search", """{"type":"Patient","parameters":{"a=b":"c"}}""")]
    [InlineData("fhir_search", """{"type":"Patient","parameters":{"a%26b":"c"}}""")]
    [InlineData("fhir_search", """{"type":"Patient","parameters":{"a":"\ud800"}}""")]
    [InlineData("fhir_search", """{"type":"*"}""")]
    [InlineData("fhir_search", """{"type":"$export"}""")]
    [InlineData("fhir_read", """{"type":"patient","id":"f001"}""")]
    [InlineData("fhir_read", """{"type":"../Patient","id":"f001"}""")]
    [InlineData("fhir_read", """{"type":"Patient","id":"f001","more":1}""")]
    [InlineData("fhir_search", """{"type":"Patient/f001"}""")]
    [InlineData("fhir_search", """{"type":"Patient","parameters":"a=b"}""")]
    [InlineData("fhir_search", """{"type":"Patient","parameters":{"a&b":"c"}}""")]
    [InlineData("fhir_search", """{"type":"Patient","parameters":{"":"c"}}""")]
    [InlineData("fhir_search", """{"type":"Patient","parameters":{"a":{"b":1}}}""")]
    [InlineData("fhir_search", """{"type":"Patient","parameters":{"a":null}}""")]
    [InlineData("fhir_search", """{"type":"Patient","parameters":{"a":[["b"]]}}""")]
    [InlineData("fhir_page", """{"url":"/fhir/?_page=abc"}""")]
    [InlineData("fhir_page", """{"url":"https://gw.example/fhir/?_page="}""")]
    [InlineData("fhir_page", """{"url":"https://gw.example/fhir/?_page=abc&_include=*"}""")]
    [InlineData("fhir_page", """{"url":"https://gw.example/fhir/?_page=abc%26a=b"}""")]
    [InlineData("fhir_page", """{"url":"https://gw.example/fhir/?_page=abc#a"}""")]
    [InlineData("fhir_page", """{"url":"https://gw.example/fhir/Observation?_page=abc"}""")]
    [InlineData("fhir_page", """{"url":"https://gw.example/fhir/Patient/f001"}""")]
    [InlineData("fhir_page", """{"url":"https://gw.example/fhir/_export/abc"}""")]
    [InlineData("fhir_page", """{"url":"https://gw.example/fhir/../admin/?_page=abc"}""")]
    [InlineData("fhir_page", """{"url":"https://gw.example/fhir/%2e%2e/?_page=abc"}""")]
    [InlineData("fhir_page", """{"url":["https://gw.example/fhir/?_page=abc"]}""")]
    [InlineData("fhir_page", """{"url":"https://gw.example/other/Observation"}""")]
    [InlineData("fhir_page", """{"url":"https://gw.example/fhirx/Observation"}""")]
    [InlineData("fhir_page", """{"url":"https://gw.example/fhir/Observation?a=b c"}""")]
    [InlineData("fhir_page", """{"url":"https://gw.example/fhir/Observation#a"}""")]
    [InlineData("fhir_page", """{"url":"https://gw.example"}""")]
    public void TryWrite_AnythingElse_IsNoRequest(string tool, string arguments) => Assert.False(Write(tool, arguments, out _));

    [Fact]
    public void TryWrite_TooLong_IsNoRequest()
    {
        var endless = new string('a', 9000);

        Assert.False(Write("fhir_search", $$$"""{"type":"Patient","parameters":{"name":"{{{endless}}}"}}""", out _));
        Assert.False(Write("fhir_page", $$"""{"url":"https://gw.example/fhir/{{endless}}"}""", out _));
    }

    private static bool Write(string tool, string arguments, out string target)
    {
        using var document = JsonDocument.Parse(arguments);
        var written = ToolTarget.TryWrite(tool, document.RootElement, "/fhir", out target, out var problem);
        Assert.NotEqual(written, problem.Length > 0 && target.Length == 0);
        return written;
    }
}
