using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>Whether a client is slowed down, by whom and why, with the steps that slow it and lift that.</summary>
public sealed partial class ClientPace
{
    /// <summary>The page that it stands on.</summary>
    [Parameter, EditorRequired]
    public required ClientModel Model { get; set; }
}
