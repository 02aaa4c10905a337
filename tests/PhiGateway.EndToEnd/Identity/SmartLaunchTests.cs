using System.Net;
using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd.Identity;

/// <summary>SMART App Launch from the EHR to the read: the app is fhirclient, the identity provider oidc-provider.</summary>
[Collection(PossessionCollection.Name)]
public sealed class SmartLaunchTests(PossessionWorld world)
{
    [Fact]
    public async Task Launch_ByAConformingApp_ReadsTheChartThatWasOpenAndNoOther()
    {
        var journey = await LaunchAsync(PossessionWorld.Launch);

        Assert.Null(journey.Error);
        Assert.Equal("f001", journey.Patient);
        Assert.Contains("patient/Observation.rs", journey.Scope, StringComparison.Ordinal);
        Assert.True(journey.Steps.Single(static step => step.Name == "read-patient").Ok);
        var found = journey.Steps.Single(static step => step.Name == "search-observations");
        Assert.NotEmpty(found.Entries!);
        var other = journey.Steps.Single(static step => step.Name == "read-other");
        Assert.Equal((false, 404), (other.Ok, other.Status));

        // The ward's service, which nobody launches, reads that other chart.
        var ward = await world.TokenAsync(world.Ward);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f201", ward)).Status);
    }

    [Fact]
    public async Task Launch_FromNowhere_GivesTheAppNothing()
    {
        var journey = await LaunchAsync("made-up");

        Assert.Equal((null, 0), (journey.Patient, journey.Steps.Count));
        Assert.Contains("access_denied", journey.Error, StringComparison.Ordinal);
    }

    private Task<SmartJourney> LaunchAsync(string launch) =>
        ClientJourney.LaunchAsync(
            world.Base,
            launch,
            PossessionWorld.App,
            world.AppKey.PrivateJwk(),
            "launch patient/Patient.rs patient/Observation.rs",
            world.AppPlace,
            "f201"
        );
}
