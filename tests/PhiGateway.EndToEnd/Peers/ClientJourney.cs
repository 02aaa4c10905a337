using System.Text.Json;

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

/// <summary>What came of one step.</summary>
/// <param name="Name">Which.</param>
/// <param name="Ok">The client library took it for a success.</param>
/// <param name="Status">HTTP status of a refusal.</param>
/// <param name="Code">Reason code of a refusal.</param>
/// <param name="Type">Type of what came back.</param>
/// <param name="Entries">Type/id of each entry.</param>
internal sealed record JourneyStep(string Name, bool Ok, int? Status, string? Code, string? Type, IReadOnlyList<string>? Entries);
