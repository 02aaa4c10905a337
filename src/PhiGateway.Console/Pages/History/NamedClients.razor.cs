using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.History;

/// <summary>Clients by name, the first of them.</summary>
public sealed partial class NamedClients
{
    private const int Most = 20;

    /// <summary>Their ids.</summary>
    [Parameter, EditorRequired]
    public required IEnumerable<string> Model { get; set; }
}
