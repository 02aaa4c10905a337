namespace PhiGateway.Watch.Registered;

/// <summary>Finds what the registry says of a client; a port of the detector, served from the snapshot in force.</summary>
internal interface IRegisteredClients
{
    /// <summary>Null when the registry does not know it.</summary>
    RegisteredClient? Find(string client);

    /// <summary>Ids of the clients whose grants name a roster; empty: none does.</summary>
    IReadOnlyCollection<string> FindHolders(string roster);
}
