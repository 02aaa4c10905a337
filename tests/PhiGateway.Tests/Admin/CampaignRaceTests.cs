using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;
using static PhiGateway.Tests.Admin.CampaignTests;

namespace PhiGateway.Tests.Admin;

/// <summary>What is applied of an access review is what was looked at, whoever writes meanwhile.</summary>
public sealed class CampaignRaceTests
{
    private const string Apply = "/admin/v1/campaigns/q2:apply";
    private const string Item = "q2.acme-connector";
    private const string UseCase = "/admin/v1/use-cases/lab-results";

    [Fact]
    public async Task Apply_ANarrowingWhileItsUseCaseIsChanged_OverwritesNothing_ThenItDoes()
    {
        await using var server = await OpenAsync();
        Use(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17");
        await StartAsync(server);
        Assert.Equal(200, (await DecideAsync(server, "narrow", "otto")).Status);
        var changed = 0;
        server.Trail.BeforeQuery = async _ =>
        {
            server.Trail.BeforeQuery = static _ => Task.CompletedTask;
            changed = (await server.PatchAsync(UseCase, """{"title":"Results, renamed"}""", "otto")).Status;
        };

        var applied = (await server.PostAsync(Apply, "{}", "anna")).Json["applied"]![0]!;
        Assert.Equal(200, changed);
        Assert.Null((string?)applied["outcome"]);
        Assert.StartsWith("use-case-changed", (string)applied["words"]!, StringComparison.Ordinal);
        var useCase = (await server.GetAsync(UseCase)).Json;
        Assert.Equal(2, useCase["grants"]![0]!["interactions"]!.AsArray().Count);
        Assert.Equal("Results, renamed", (string)useCase["title"]!);

        applied = (await server.PostAsync(Apply, "{}", "anna")).Json["applied"]![0]!;
        Assert.Equal("narrowed", (string?)applied["outcome"]);
    }

    [Fact]
    public async Task Apply_ByAKeyThatIsEndedMeanwhile_AppliesNoMore_AnotherGoesOn()
    {
        await using var server = await OpenAsync();
        await StartAsync(server);
        Assert.Equal(200, (await DecideAsync(server, "keep", "otto")).Status);
        var stored = await server.Store.FindAsync(RegistryKind.CampaignItem, Item, default);
        var item = Assert.IsType<CampaignItem>(StoredBody.Read(stored!, out _));
        var second = RegistryJson.Serialize(item with { Id = "q2.second", Client = "second" });
        await server.Store.WriteAsync([new RegistryWrite(RegistryKind.CampaignItem, "q2.second", second, 0)], "otto", default);
        server.Store.BeforeWrite = () =>
            _ = server.Store.WriteAsync([new RegistryWrite(RegistryKind.AdminKey, "anna", null, null)], "adam", default);

        var applied = (await server.PostAsync(Apply, "{}", "anna")).Json["applied"]!;
        Assert.Equal("kept", (string?)applied[0]!["outcome"]);
        Assert.Null((string?)applied[1]!["outcome"]);
        Assert.StartsWith("caller-ended", (string)applied[1]!["words"]!, StringComparison.Ordinal);

        applied = (await server.PostAsync(Apply, "{}", "arno")).Json["applied"]!;
        Assert.Equal(("second", "ended"), ((string)applied[0]!["client"]!, (string?)applied[0]!["outcome"]));
    }

    [Fact]
    public async Task Apply_WhatIsDecidedOtherwiseMeanwhile_IsRefused_AndStandsAsDecided()
    {
        await using var server = await OpenAsync();
        await StartAsync(server);
        Assert.Equal(200, (await DecideAsync(server, "keep", "otto")).Status);
        var stored = await server.Store.FindAsync(RegistryKind.CampaignItem, Item, default);
        var item = Assert.IsType<CampaignItem>(StoredBody.Read(stored!, out _));
        var narrow = RegistryJson.Serialize(item with { Decision = ReviewDecision.Narrow });
        server.Store.BeforeWrite = () =>
            _ = server.Store.WriteAsync([new RegistryWrite(RegistryKind.CampaignItem, Item, narrow, null)], "otto", default);

        var answer = await server.PostAsync(Apply, "{}", "anna");

        Assert.True(answer.Status == 200, answer.Text);
        Assert.StartsWith("already-applied", (string)answer.Json["applied"]![0]!["words"]!, StringComparison.Ordinal);
        Assert.Equal(200, (await DecideAsync(server, "keep", "otto")).Status);
        var applied = (await server.PostAsync(Apply, "{}", "anna")).Json["applied"]![0]!;
        Assert.Equal("kept", (string?)applied["outcome"]);
    }
}
