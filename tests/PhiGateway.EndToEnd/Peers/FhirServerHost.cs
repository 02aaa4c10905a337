using System.Net.Http.Json;
using System.Text.Json;

namespace PhiGateway.EndToEnd.Peers;

/// <summary>
/// The one process in which the FHIR servers of a run live, each with an address, records, faults and a memory of its own: a process for
/// each would read the definitions of R4 anew. Ends with the run.
/// </summary>
internal static class FhirServerHost
{
    private static readonly Lazy<Task<NodeProcess>> Process = new(() => NodeProcess.StartAsync("fhirs.mjs"));
    private static readonly HttpClient Http = new() { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Starts a server and gives its FHIR base; throws with the peer's words when it cannot.</summary>
    public static async Task<string> StartAsync(string? authorization, string? self, IReadOnlyList<string> fixtures)
    {
        var process = await Process.Value;
        using var answer = await Http.PostAsJsonAsync(
            process.Address,
            new Wanted(authorization, self, fixtures),
            JsonSerializerOptions.Web
        );
        var made = await answer.Content.ReadFromJsonAsync<Made>(JsonSerializerOptions.Web);
        return made?.Base ?? throw new InvalidOperationException($"No FHIR server: {made?.Error}");
    }

    /// <summary>Ends a server that was started here, and its connections.</summary>
    public static async Task EndAsync(string address)
    {
        var process = await Process.Value;
        (await Http.DeleteAsync($"{process.Address}?base={Uri.EscapeDataString(address)}")).EnsureSuccessStatusCode();
    }

    private sealed record Wanted(string? Authorization, string? Self, IReadOnlyList<string> Fixtures);

    private sealed record Made(string? Base, string? Error);
}
