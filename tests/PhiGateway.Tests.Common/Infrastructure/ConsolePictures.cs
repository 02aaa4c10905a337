using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace PhiGateway.Tests.Common.Infrastructure;

/// <summary>
/// The pictures of docs/console.md with what each was made of: the texts, the layout and the data of its screen as they were then. A picture
/// whose screen says something else by now is old.
/// </summary>
internal static partial class ConsolePictures
{
    /// <summary>Where it stands beside the pictures.</summary>
    public const string Manifest = "made-of.txt";

    private const string Component = ".razor";
    private static readonly Lock Gate = new();

    private static readonly Lazy<ImmutableArray<string>> Components = new(static () =>
        [.. RepositoryPaths.Files(InSource("PhiGateway.Console"), "*" + Component)]
    );

    // What every screen of the console is made of.
    private static readonly ImmutableArray<string> Frame =
    [
        "PhiGateway.Console/Rendering/Shell.razor",
        "PhiGateway.Console/Http/ConsoleSections.cs",
        "PhiGateway.Console/Parts/Words.cs",
        "PhiGateway.Console/Assets/console.css",
        "PhiGateway.Console/Assets/reference.css",
    ];

    /// <summary>Each picture by its name, with the component of its screen below the console's pages.</summary>
    public static ImmutableSortedDictionary<string, string> Screens { get; } =
        ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal,
            [
                Of("accounting", "Patients/AccountingPage.razor"),
                Of("alert", "Alerts/AlertPage.razor"),
                Of("alerts", "Alerts/AlertsPage.razor"),
                Of("api", "Reference/ReferenceScreen.cs"),
                Of("approval", "Approvals/ApprovalPage.razor"),
                Of("approvals", "Approvals/ApprovalsPage.razor"),
                Of("audit-search", "Search/SearchPage.razor"),
                Of("break-glass", "Alerts/BreakGlassPage.razor"),
                Of("callers", "Callers/CallersPage.razor"),
                Of("case", "Cases/CasePage.razor"),
                Of("clients", "Clients/ClientsPage.razor"),
                Of("design", "Design/DesignPage.razor"),
                Of("emergency-stop", "Revocations/MassStopPage.razor"),
                Of("history", "History/HistoryList.razor"),
                Of("lab", "Lab/LabPage.razor"),
                Of("now", "Now/NowPage.razor"),
                Of("now-dark", "Now/NowPage.razor"),
                Of("offboardings", "Offboardings/OffboardingsPage.razor"),
                Of("one-access", "Access/AccessPage.razor"),
                Of("one-client", "Clients/ClientPageView.razor"),
                Of("patient", "Patients/PatientPage.razor"),
                Of("posture", "Trust/PosturePage.razor"),
                Of("requests", "Patients/RequestsPage.razor"),
                Of("review", "Reviews/ReviewPage.razor"),
                Of("reviews", "Reviews/ReviewsPage.razor"),
                Of("revocations", "Revocations/RevocationsPage.razor"),
                Of("settings", "Settings/SettingsPage.razor"),
                Of("stop", "Clients/StopPage.razor"),
                Of("trust", "Trust/TrustPage.razor"),
                Of("vendors", "Vendors/VendorsPage.razor"),
            ]
        );

    /// <summary>The file of a picture.</summary>
    public static string PathOf(string name) => RepositoryPaths.Of("docs", "console", name + ".png");

    /// <summary>What a picture would be made of now.</summary>
    public static string LookOf(string name)
    {
        var root = InPages(Screens[name]);
        var files = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var file in Frame.Select(InSource).Append(root))
        {
            Follow(file, files);
        }

        // What else the screen says, and the data that it is shown with.
        files.UnionWith(RepositoryPaths.Files(Path.GetDirectoryName(root)!, "*Screen.cs"));
        files.UnionWith(RepositoryPaths.Files(Path.GetDirectoryName(root)!, "*Model.cs"));
        files.UnionWith(RepositoryPaths.Files(InSource("PhiGateway.Gateway/Demo"), "*"));
        return LookOf(
            files.Select(static file => KeyValuePair.Create(Path.GetRelativePath(RepositoryPaths.Root, file), File.ReadAllText(file)))
        );
    }

    /// <summary>What some files show: comments, whitespace and code that says nothing to anybody are passed over.</summary>
    public static string LookOf(IEnumerable<KeyValuePair<string, string>> files)
    {
        using var look = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, text) in files)
        {
            look.AppendData(Encoding.UTF8.GetBytes($"{name.Replace('\\', '/')}\n{ShownBy(name, text)}\n"));
        }

        return Convert.ToHexStringLower(look.GetHashAndReset())[..32];
    }

    /// <summary>What each picture that was taken was made of, and the bytes it has, by its name.</summary>
    public static ImmutableSortedDictionary<string, (string Look, string Bytes)> Read() =>
        File.Exists(ManifestPath)
            ? File.ReadAllLines(ManifestPath)
                .Select(static line => line.Split(' '))
                .Where(static parts => parts.Length == 3)
                .ToImmutableSortedDictionary(static parts => parts[0], static parts => (parts[1], parts[2]), StringComparer.Ordinal)
            : ImmutableSortedDictionary<string, (string Look, string Bytes)>.Empty;

    /// <summary>Puts down that a picture was taken of its screen as it is.</summary>
    public static void Write(string name, byte[] picture)
    {
        lock (Gate)
        {
            var all = Read().SetItem(name, (LookOf(name), BytesOf(picture)));
            File.WriteAllLines(ManifestPath, all.Select(static one => $"{one.Key} {one.Value.Look} {one.Value.Bytes}"));
        }
    }

    /// <summary>The bytes of a picture, in short.</summary>
    public static string BytesOf(byte[] picture) => Convert.ToHexStringLower(SHA256.HashData(picture))[..32];

    private static string ManifestPath => RepositoryPaths.Of("docs", "console", Manifest);

    private static KeyValuePair<string, string> Of(string name, string component) => KeyValuePair.Create(name, component);

    private static string InSource(string path) => RepositoryPaths.Of(["src", .. path.Split('/')]);

    private static string InPages(string path) => InSource("PhiGateway.Console/Pages/" + path);

    // A component with the components that it is made of, each with the code behind it.
    private static void Follow(string file, SortedSet<string> files)
    {
        if (!files.Add(file) || !file.EndsWith(Component, StringComparison.Ordinal))
        {
            return;
        }

        if (File.Exists(file + ".cs"))
        {
            files.Add(file + ".cs");
        }

        var used = Tags().Matches(File.ReadAllText(file)).Select(static tag => tag.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        foreach (var other in Components.Value.Where(one => used.Contains(Path.GetFileNameWithoutExtension(one))))
        {
            Follow(other, files);
        }
    }

    private static string ShownBy(string name, string text) =>
        Path.GetExtension(name) switch
        {
            // Of code what somebody reads: a text of more than one word.
            ".cs" => string.Join(
                '\n',
                Texts()
                    .Matches(LineComments().Replace(text, string.Empty))
                    .Select(static one => one.Value)
                    .Where(static one => one.Contains(' ', StringComparison.Ordinal))
            ),
            Component => Spaces().Replace(RazorComments().Replace(text, string.Empty), " ").Trim(),
            ".css" => Spaces().Replace(StyleComments().Replace(text, string.Empty), " ").Trim(),
            _ => text,
        };

    [GeneratedRegex("<(?<name>[A-Z][A-Za-z]+)[\\s/>]")]
    private static partial Regex Tags();

    [GeneratedRegex("\"(?:[^\"\\\\\\n]|\\\\.)*\"")]
    private static partial Regex Texts();

    [GeneratedRegex("^\\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex LineComments();

    [GeneratedRegex("@\\*.*?\\*@", RegexOptions.Singleline)]
    private static partial Regex RazorComments();

    [GeneratedRegex("/\\*.*?\\*/", RegexOptions.Singleline)]
    private static partial Regex StyleComments();

    [GeneratedRegex("\\s+")]
    private static partial Regex Spaces();
}
