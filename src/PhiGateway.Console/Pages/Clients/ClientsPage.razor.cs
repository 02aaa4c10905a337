using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>The list of clients: who owns them, whether their path is open, and what closes it when.</summary>
public sealed partial class ClientsPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required ClientsModel Model { get; set; }
}
