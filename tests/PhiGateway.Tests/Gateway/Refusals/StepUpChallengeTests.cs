using Microsoft.AspNetCore.Http;
using PhiGateway.Gateway.Refusals;
using PhiGateway.Gateway.Trail;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Refusals;

/// <summary>Whose sign-in is too old, or of another class, is told what the next token has to bring (RFC 9470 section 3), by its own scheme.</summary>
public sealed class StepUpChallengeTests
{
    private static readonly StepUp Asked300 = new() { FreshWithinSeconds = 300, Acr = ["urn:mfa", "urn:phr"] };

    [Theory]
    [InlineData("Bearer t")]
    [InlineData("DPoP t")]
    public async Task Read_SignInTooOld_IsTold(string authorization)
    {
        using var world = World(Asked300);
        world.Callers.Result = CallerResult.Of(Asked.Caller() with { Acr = "urn:mfa", AuthenticatedAt = TestRegistry.Now.AddMinutes(-6) });
        using var exchange = world.Open("GET", "/fhir/Observation/1", null, ("Authorization", authorization));

        var result = await world.WalkAsync(exchange, "Release");
        await RefusalWriter.WriteAsync(exchange, result.Refusal!, null);

        Assert.Equal((DenyReason.StepUpRequired, 401), (result.Refusal, exchange.Http.Response.StatusCode));
        var challenge = exchange.Http.Response.Headers.WWWAuthenticate.ToString();
        Assert.StartsWith(authorization[..^1] + "realm=", challenge, StringComparison.Ordinal);
        Assert.Contains("error=\"insufficient_user_authentication\"", challenge, StringComparison.Ordinal);
        Assert.Contains("acr_values=\"urn:mfa urn:phr\", max_age=\"300\"", challenge, StringComparison.Ordinal);
        Assert.Empty(world.Upstream.Calls);
    }

    [Theory]
    [InlineData("urn:mfa", 5, true)]
    [InlineData("urn:pwd", 5, false)]
    [InlineData(null, 5, false)]
    [InlineData("urn:mfa", 6, false)]
    public async Task Read_SignInAsAsked_Passes(string? acr, int minutes, bool passes)
    {
        using var world = World(Asked300);
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        world.Callers.Result = CallerResult.Of(Asked.Caller() with { Acr = acr, AuthenticatedAt = TestRegistry.Now.AddMinutes(-minutes) });
        using var exchange = world.Open("GET", "/fhir/Observation/1");

        var result = await world.WalkAsync(exchange, "Release");

        Assert.Equal(passes ? null : DenyReason.StepUpRequired, result.Refusal);
    }

    [Theory]
    // A person's token is as fresh as it says; a service's own as its issue; without a step-up only what the token says is kept.
    [InlineData("dr-mary", "urn:mfa", 6, true, 6)]
    [InlineData("dr-mary", "urn:mfa", null, true, null)]
    [InlineData(null, null, null, true, 0)]
    [InlineData("dr-mary", "urn:mfa", 6, false, 6)]
    [InlineData(null, null, null, false, null)]
    public async Task Record_OfWhatASignInIsJudgedBy_KeepsBoth(string? subject, string? acr, int? minutes, bool asks, int? kept)
    {
        using var world = asks ? World(Asked300) : new StageWorld(null, null, StageWorld.Grant("read"));
        var caller = Asked.Caller() with
        {
            Subject = subject,
            Acr = acr,
            IsPersons = subject is null ? null : true,
            AuthenticatedAt = minutes is { } ago ? TestRegistry.Now.AddMinutes(-ago) : null,
            IssuedAt = TestRegistry.Now,
        };
        world.Callers.Result = CallerResult.Of(caller);
        using var exchange = world.Open("DELETE", "/fhir/Observation/1");

        var result = await world.WalkAsync(exchange, "Release");
        await world.Get<AuditTrail>().RecordRefusalAsync(exchange, result.Refusal!, result.Detail);

        var record = Assert.Single(world.Journal.Records);
        DateTimeOffset? expected = kept is { } since ? TestRegistry.Now.AddMinutes(-since) : null;
        Assert.Equal((acr, expected), (record.Acr, record.AuthTime));
    }

    private static StageWorld World(StepUp asked)
    {
        var world = new StageWorld(null, null, StageWorld.Grant("read"));
        world.Publish(
            TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: StageWorld.Grant("read")) with { StepUp = asked }))
        );
        return world;
    }
}
