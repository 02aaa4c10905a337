using System.Net;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>A search that is permitted within limits is made within them, and the upstream's self link has to say so.</summary>
[Collection(ReadingWorldCollection.Name)]
public sealed class NarrowingTests(ReadingWorld world)
{
    private const string Search = "/Observation?code=http://loinc.org%7C2823-3";

    [Theory]
    [InlineData("drop-parameters")]
    [InlineData("no-self-link")]
    [InlineData("bare-self-link")]
    public async Task Search_LimitsNotConfirmed_IsWithheld(string fault)
    {
        var lab = await world.TokenAsync(world.Lab);
        await world.Backend.SetFaultAsync(fault, match: "Observation", times: 1);

        var reply = await world.GetAsync(Search, lab);

        Assert.Equal((HttpStatusCode.BadGateway, "narrowing-not-applied"), (reply.Status, reply.Code));
        Assert.DoesNotContain("mmol", reply.Body);
        Assert.DoesNotContain(await world.TrailAsync(reply.DecisionId), static record => (string?)record["kind"] == "disclosure");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("odd-self-link")]
    public async Task Search_LimitsConfirmedInWhateverSpelling_IsReleased(string? fault)
    {
        var lab = await world.TokenAsync(world.Lab);
        await world.Backend.ForgetRecordedAsync();
        if (fault is not null)
        {
            await world.Backend.SetFaultAsync(fault, match: "Observation", times: 1);
        }

        var reply = await world.GetAsync(Search, lab);

        Assert.True(reply.Status == HttpStatusCode.OK, reply.Body);
        Assert.Equal(["Observation/example-potassium", "Observation/f001-potassium"], reply.Entries.Order());
        var upstream = Assert.Single(await world.Backend.RecordedAsync()).Url;
        Assert.Contains("&category=laboratory", upstream);
        Assert.Contains("Patient/f001", upstream);
        Assert.DoesNotContain("Patient/f001", (string)reply.Json["link"]![0]!["url"]!);
    }

    [Theory]
    [InlineData("drop-parameters")]
    [InlineData("no-self-link")]
    public async Task Search_NothingWasAdded_NeedsNoConfirmation(string fault)
    {
        var ward = await world.TokenAsync(world.Ward);
        await world.Backend.SetFaultAsync(fault, match: "Observation", times: 1);

        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync(Search, ward)).Status);
    }

    [Fact]
    public async Task Search_ByForm_IsHeldToTheSame()
    {
        var lab = await world.TokenAsync(world.Lab);
        const string Form = "code=http://loinc.org%7C2823-3";
        await world.Backend.SetFaultAsync("drop-parameters", match: "_search", times: 1);

        var dropped = await world.SendAsync(HttpMethod.Post, "/Observation/_search", lab, Form, "application/x-www-form-urlencoded");
        var kept = await world.SendAsync(HttpMethod.Post, "/Observation/_search", lab, Form, "application/x-www-form-urlencoded");

        Assert.Equal("narrowing-not-applied", dropped.Code);
        Assert.Equal(HttpStatusCode.OK, kept.Status);
        Assert.NotEmpty(kept.Entries);
    }
}
