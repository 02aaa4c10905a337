using System.Text.Json;
using System.Text.Json.Nodes;

namespace PhiGateway.EndToEnd.Peers;

/// <summary>A short programme run by a real FHIR client library against a FHIR base, step by step.</summary>
internal static class ClientJourney
{
    /// <summary>With <c>fhir-kit-client</c>, as a backend integration would.</summary>
    public static Task<IReadOnlyList<JourneyStep>> FhirKitClientAsync(string gatewayBase, string token, string patient = "example") =>
        RunAsync("clients/fhir-kit-client.mjs", gatewayBase, token, patient);

    /// <summary>With <c>fhirclient</c>, as a SMART app would.</summary>
    public static Task<IReadOnlyList<JourneyStep>> FhirClientAsync(string gatewayBase, string token, string patient = "example") =>
        RunAsync("clients/fhirclient.mjs", gatewayBase, token, patient);

    /// <summary>With <c>fhirclient</c> from the EHR's launch on, as a person's browser takes it.</summary>
    /// <param name="gatewayBase">The FHIR base that the EHR names (<c>iss</c>).</param>
    /// <param name="launch">By what the EHR launches the app.</param>
    /// <param name="clientId">The app.</param>
    /// <param name="privateJwk">Its key pair.</param>
    /// <param name="scope">What it asks for.</param>
    /// <param name="place">Where people come back to it.</param>
    /// <param name="other">A patient that it was not launched for.</param>
    public static async Task<SmartJourney> LaunchAsync(
        string gatewayBase,
        string launch,
        string clientId,
        JsonObject privateJwk,
        string scope,
        string place,
        string other
    )
    {
        var environment = new Dictionary<string, string>
        {
            ["ISS"] = gatewayBase,
            ["LAUNCH"] = launch,
            ["CLIENT_ID"] = clientId,
            ["CLIENT_JWK"] = privateJwk.ToJsonString(),
            ["SCOPE"] = scope,
            ["REDIRECT_URI"] = place,
            ["OTHER"] = other,
        };
        var output = await NodePeers.RunAsync("clients/smart-app.mjs", environment);
        return JsonSerializer.Deserialize<SmartJourney>(output, JsonSerializerOptions.Web)
            ?? throw new InvalidOperationException("The app reported nothing.");
    }

    private static async Task<IReadOnlyList<JourneyStep>> RunAsync(string script, string gatewayBase, string token, string patient)
    {
        var environment = new Dictionary<string, string>
        {
            ["GATEWAY_BASE"] = gatewayBase,
            ["ACCESS_TOKEN"] = token,
            ["PATIENT"] = patient,
        };
        var output = await NodePeers.RunAsync(script, environment);
        return JsonSerializer.Deserialize<Report>(output, JsonSerializerOptions.Web)?.Steps
            ?? throw new InvalidOperationException($"{script} reported nothing.");
    }

    private sealed record Report(IReadOnlyList<JourneyStep> Steps);
}

/// <summary>What came of a launch.</summary>
/// <param name="Patient">Whose chart the app was told is open; null: it was let in nowhere.</param>
/// <param name="Scope">What it was granted.</param>
/// <param name="Error">Why it was not let in.</param>
/// <param name="Steps">What it then did.</param>
internal sealed record SmartJourney(string? Patient, string? Scope, string? Error, IReadOnlyList<JourneyStep> Steps);

/// <summary>What came of one step.</summary>
/// <param name="Name">Which.</param>
/// <param name="Ok">The client library took it for a success.</param>
/// <param name="Status">HTTP status of a refusal.</param>
/// <param name="Code">Reason code of a refusal.</param>
/// <param name="Type">Type of what came back.</param>
/// <param name="Entries">Type/id of each entry.</param>
internal sealed record JourneyStep(string Name, bool Ok, int? Status, string? Code, string? Type, IReadOnlyList<string>? Entries);
