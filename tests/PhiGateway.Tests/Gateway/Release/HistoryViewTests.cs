using System.Text.Json.Nodes;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>How an answer is written a client may say of a history too (R4 3.1.0.1.5); it goes no further, and what may not leave stays.</summary>
public sealed class HistoryViewTests : IDisposable
{
    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "history", "search"));

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("_summary=false", true)]
    [InlineData("_summary=false&_count=20", true)]
    [InlineData("_total=none", true)]
    [InlineData("_sort=-_lastUpdated", true)]
    [InlineData("_summary=data", true)]
    [InlineData("_elements=status", false)]
    public async Task Run_HistoryWithAView_IsServedAndWrittenSo(string query, bool isWhole)
    {
        Answer();

        var history = await _world.AskAsync("/fhir/Observation/1/_history?" + query);

        var resource = history["entry"]![0]!["resource"]!;
        Assert.Equal(("final", isWhole), ((string?)resource["status"], resource["subject"] is not null));
        Assert.DoesNotContain(_world.Upstream.Lines, static line => line.Contains("_summary", StringComparison.Ordinal));
        Assert.DoesNotContain(_world.Upstream.Lines, static line => line.Contains("_elements", StringComparison.Ordinal));
        Assert.DoesNotContain(_world.Upstream.Lines, static line => line.Contains("_total", StringComparison.Ordinal));
        Assert.DoesNotContain(_world.Upstream.Lines, static line => line.Contains("_sort", StringComparison.Ordinal));
    }

    // What says nothing changes nothing.
    [Fact]
    public async Task Run_SummaryFalse_IsTheSameAnswer()
    {
        Answer();

        Assert.Equal(
            (await _world.AskAsync("/fhir/Observation/1/_history"))["entry"]!.ToJsonString(),
            (await _world.AskAsync("/fhir/Observation/1/_history?_summary=false"))["entry"]!.ToJsonString()
        );
    }

    [Theory]
    [InlineData("_summary=count")]
    [InlineData("_summary=all")]
    [InlineData("_summary=false&_summary=true")]
    [InlineData("_sort=status")]
    [InlineData("patient=17")]
    [InlineData("_list=1")]
    public async Task Run_WhatCountsOrFiltersVersions_IsRefused(string query)
    {
        using var exchange = _world.Open("GET", "/fhir/Observation/1/_history?" + query);
        Assert.Equal(400, (await _world.WalkAsync(exchange, "Understand")).Refusal?.Status);
    }

    // The Python client says of each of its counts how the server is to count.
    [Theory]
    [InlineData("_totalMethod=count", true)]
    [InlineData("_totalMethod=patient.identifier=1", false)]
    [InlineData("_totalMethod=count&_totalMethod=count", false)]
    public async Task Run_SearchThatSaysHowToCount_IsASearch(string query, bool isServed)
    {
        using var exchange = _world.Open("GET", "/fhir/Observation?patient=17&_count=0&" + query);
        Assert.Equal(isServed, (await _world.WalkAsync(exchange, "Understand")).Continues);
        if (isServed)
        {
            await _world.WalkAsync(_world.Open("GET", "/fhir/Observation?patient=17&_count=0&" + query), "Forward");
            Assert.DoesNotContain(_world.Upstream.Lines, static line => line.Contains("_totalMethod", StringComparison.Ordinal));
        }
    }

    private void Answer()
    {
        var observation = StageWorld.Observation();
        var bundle = $$"""
            {"resourceType":"Bundle","type":"history","entry":[{"fullUrl":"http://fhir.example/r4/Observation/1","resource":{{observation}},
            "request":{"method":"PUT","url":"Observation/1"},"response":{"status":"200"} }]}
            """;
        _world.Upstream.Answers("GET /Observation/1", observation);
        _world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, bundle, "application/fhir+json");
    }
}
