using PhiGateway.Admin.Status;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Settings;

/// <summary>What the screen of settings shows.</summary>
/// <param name="Name">Who is signed in.</param>
/// <param name="Person">As records name them.</param>
/// <param name="Method">How that was proven.</param>
/// <param name="Begun">Since when.</param>
/// <param name="Roles">Each role with what it may, and whether the viewer has it.</param>
/// <param name="Settings">What is in force on this node.</param>
/// <param name="Status">The registry in force here.</param>
/// <param name="Nodes">Every node.</param>
/// <param name="At">Now.</param>
/// <param name="MayEnd">Whether the viewer may end what somebody has open.</param>
/// <param name="Tried">The form that was refused; null: none was.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record SettingsModel(
    string Name,
    string Person,
    string Method,
    DateTimeOffset Begun,
    IReadOnlyList<RoleLine> Roles,
    SettingsReport Settings,
    HereReport Status,
    NodesReport Nodes,
    DateTimeOffset At,
    bool MayEnd,
    TriedForm? Tried,
    string FormToken
);

/// <summary>One role.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Words">What it may.</param>
/// <param name="IsMine">Whether the viewer has it.</param>
public sealed record RoleLine(string Name, string Words, bool IsMine);
