using System.Net;
using Xunit;

namespace PhiGateway.EndToEnd.Peers;

/// <summary>The peer does what the gateway's tests rely on: it leaks, records and misbehaves.</summary>
public sealed class FhirServerTests : IClassFixture<FhirServerFixture>, IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private readonly FhirServer _server;

    public FhirServerTests(FhirServerFixture fixture)
    {
        _server = fixture.Server;
        _http.DefaultRequestHeaders.Add("Authorization", FhirServerFixture.Authorization);
    }

    public async ValueTask InitializeAsync()
    {
        await _server.ClearFaultsAsync();
        await _server.ForgetRecordedAsync();
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Journeys_WithItsCredential_SeeEverything()
    {
        foreach (
            var steps in new[]
            {
                await ClientJourney.FhirKitClientAsync(_server.Base, "backend-secret-for-tests"),
                await ClientJourney.FhirClientAsync(_server.Base, "backend-secret-for-tests"),
            }
        )
        {
            Assert.All(steps, step => Assert.True(step.Ok, step.Name));
            Assert.Contains("Observation/example-hiv", Assert.Single(steps, step => step.Name == "search-observations").Entries!);
        }
    }

    [Fact]
    public async Task Journeys_WithAnotherToken_AreRefusedInEveryStep()
    {
        Assert.All(await ClientJourney.FhirKitClientAsync(_server.Base, "client"), step => Assert.Equal(401, step.Status));
        // fhirclient turns a 401 into an error of its own: the session is over.
        Assert.All(await ClientJourney.FhirClientAsync(_server.Base, "client"), step => Assert.False(step.Ok, step.Name));
    }

    [Fact]
    public async Task Recorded_AfterACall_ShowsItAsItCame()
    {
        await _http.GetAsync(_server.Base + "/Observation?patient=example&code=x%7Cy");

        var request = Assert.Single(await _server.RecordedAsync());
        Assert.Equal("GET", request.Method);
        Assert.Equal("/fhir/R4/Observation?patient=example&code=x%7Cy", request.Url);
        Assert.Equal(FhirServerFixture.Authorization, request.Header("authorization"));
        Assert.Null(request.Header("cookie"));
    }

    [Fact]
    public async Task SetFault_OnceForOneUrl_HitsOnlyThat()
    {
        await _server.SetFaultAsync("html", match: "Patient/f001", times: 1);

        Assert.Equal("application/fhir+json", await MediaTypeAsync("/Patient/example"));
        Assert.Equal("text/html", await MediaTypeAsync("/Patient/f001"));
        Assert.Equal("application/fhir+json", await MediaTypeAsync("/Patient/f001"));
    }

    [Fact]
    public async Task SetFault_UnknownMode_IsRefused() =>
        await Assert.ThrowsAsync<HttpRequestException>(() => _server.SetFaultAsync("no-such-fault"));

    [Fact]
    public async Task SetFault_IgnoreParameters_AnswersWithEverybody()
    {
        const string Foreign = "\"subject\":{\"reference\":\"Patient/f001\"";
        var narrow = await _http.GetStringAsync(_server.Base + "/Observation?patient=example&_count=500");
        await _server.SetFaultAsync("ignore-parameters");
        var wide = await _http.GetStringAsync(_server.Base + "/Observation?patient=example&_count=500");
        await _server.ClearFaultsAsync();

        Assert.DoesNotContain(Foreign, narrow, StringComparison.Ordinal);
        Assert.Contains(Foreign, wide, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_WithoutItsCredential_IsRefused()
    {
        using var stranger = new HttpClient();

        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(_server.Base + "/Patient/example")).StatusCode);
    }

    private async Task<string?> MediaTypeAsync(string path) =>
        (await _http.GetAsync(_server.Base + path)).Content.Headers.ContentType?.MediaType;
}
