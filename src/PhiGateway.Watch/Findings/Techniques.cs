namespace PhiGateway.Watch.Findings;

/// <summary>The MITRE ATT&amp;CK techniques that rules name, as id and name.</summary>
internal static class Techniques
{
    public const string ValidAccounts = "T1078 Valid Accounts";

    public const string CloudAccounts = "T1078.004 Valid Accounts: Cloud Accounts";

    public const string ApplicationAccessToken = "T1550.001 Use Alternate Authentication Material: Application Access Token";

    public const string InformationRepositories = "T1213 Data from Information Repositories";

    public const string AutomatedCollection = "T1119 Automated Collection";

    public const string AutomatedExfiltration = "T1020 Automated Exfiltration";

    public const string GroupsDiscovery = "T1069 Permission Groups Discovery";

    public const string ActiveScanning = "T1595 Active Scanning";

    public const string Proxy = "T1090 Proxy";

    public const string AccountManipulation = "T1098 Account Manipulation";
}
