using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Trail;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Trail;

/// <summary>A record of a search by POST says which parameters its body named, and apart from that what the body was.</summary>
public sealed class FormNamesTests
{
    private const string Form = "application/x-www-form-urlencoded";

    [Fact]
    public async Task Release_ASearchByPost_SaysWhatItsBodyNamed()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "search"));
        world.Upstream.Otherwise = static () => RecordingUpstream.Reply(200, Page, "application/fhir+json");
        using var exchange = world.Open("POST", "/fhir/Observation/_search", "patient=17&code=1234-5&code=98-7&_elements=code&_sort=-date");
        exchange.Http.Request.ContentType = Form;

        var result = await world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        var record = Assert.Single(world.Journal.Records, static record => record.Kind == AuditKind.Disclosure);
        Assert.Equal(["patient", "code", "_elements=code", "_sort=-date"], record.Parameters);
        Assert.Equal("patient=17&code=1234-5&code=98-7&_elements=code&_sort=-date", record.Form);
        Assert.Equal(record.Form, AuditRecordReader.Read(Written(record)).Form);
    }

    // Of what is refused later too: whoever tries values is seen by what was tried.
    [Fact]
    public async Task TextOf_ASearchThatIsUnderstood_IsItsBody()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "search"));
        using var exchange = world.Open("POST", "/fhir/Observation/_search?code=1", "patient=17&value-quantity=gt5%7C%7Cmg");
        exchange.Http.Request.ContentType = Form;
        _ = await world.WalkAsync(exchange, "Understand");

        Assert.Equal("patient=17&value-quantity=gt5%7C%7Cmg", FormNames.TextOf(exchange.Known.Asked, exchange.Body!.Written.Span));
    }

    // The twins: of a search by GET all stands in the target, and of what is no search nothing has names.
    [Theory]
    [InlineData("GET", "/fhir/Observation?patient=17&code=1234-5", null)]
    [InlineData("GET", "/fhir/Observation/1", null)]
    [InlineData("POST", "/fhir/Observation", "{}")]
    [InlineData("POST", "/fhir/Observation/_search", "kode=1")]
    public async Task Of_WhatIsNoSearchByPost_OrIsNotUnderstood_IsNothing(string method, string target, string? body)
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "search", "create"));
        using var exchange = world.Open(method, target, body);
        if (target.EndsWith("_search", StringComparison.Ordinal))
        {
            exchange.Http.Request.ContentType = Form;
        }

        _ = await world.WalkAsync(exchange, "Understand");

        Assert.Empty(FormNames.Of(exchange.Known.Asked));
        Assert.Null(FormNames.TextOf(exchange.Known.Asked, exchange.Body is { } sent ? sent.Written.Span : default));
    }

    // A list of elements is as long as a caller likes: beyond the bound the record says that there was more.
    [Fact]
    public async Task Of_FarTooMuch_IsCut()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "search"));
        var elements = string.Join(',', Enumerable.Range(0, 90).Select(static number => $"element{number}OfANameThatIsRatherLong"));
        using var exchange = world.Open("POST", "/fhir/Observation/_search", $"patient=17&_elements={elements}&code=1");
        exchange.Http.Request.ContentType = Form;

        _ = await world.WalkAsync(exchange, "Understand");

        var names = FormNames.Of(exchange.Known.Asked);
        Assert.Equal(["patient", AskedParameters.More], names);
        Assert.False(AskedParameters.AreWhole(new AuditRecord { Parameters = names }));
        Assert.True(AskedParameters.AreWhole(new AuditRecord { Parameters = ["patient"] }));
        Assert.False(AskedParameters.AreWhole(new AuditRecord()));
    }

    private const string Page = """
        {"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4/Observation"}],
        "entry":[{"resource":{"resourceType":"Observation","id":"1","meta":{"versionId":"3"},"status":"final","code":{"text":"x"},
        "subject":{"reference":"Patient/17"}},"search":{"mode":"match"} }]}
        """;

    private static ReadOnlySpan<byte> Written(AuditRecord record)
    {
        var buffer = new byte[4096];
        var length = AuditRecordWriter.Write(record, ref buffer, 0);
        return buffer.AsSpan(0, length);
    }
}
