using MongoDB.Bson;
using MongoDB.Driver;

namespace IntelMQ.Bots.Outputs.MongoDb;

/// <summary>Inserts each event as a document into a collection of MongoDB.</summary>
/// <remarks>
/// A document has its id before it is sent, so that one whose answer was lost is known when it is sent again. When the server refuses one
/// document of many, the others are taken back: the host then sends each by itself.
/// </remarks>
[Bot("intelmq.bots.outputs.mongodb.output")]
public sealed class MongoDbOutput(MongoDbOutputOptions options) : Output
{
    // What the server says of a second document with the same id.
    const int DuplicateKey = 11000;

    static readonly InsertManyOptions Unordered = new() { IsOrdered = false };

    readonly EventDocument _form = new(options.HierarchicalOutput, options.ReplacementChar);
    readonly List<BsonDocument> _waiting = [];
    MongoClient? _client;
    IMongoCollection<BsonDocument>? _collection;

    /// <inheritdoc />
    protected override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _client = new MongoClient(options.ToSettings());
        var database = _client.GetDatabase(options.Database);
        _collection = database.GetCollection<BsonDocument>(options.Collection);
        await AskAsync(() => database.RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1), cancellationToken: cancellationToken), cancellationToken);
    }

    /// <inheritdoc />
    protected override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        _waiting.Add(_form.Of(message));
        return default;
    }

    /// <inheritdoc />
    protected override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count == 0) return;
        await AskAsync(() => StoreAsync(cancellationToken), cancellationToken);
        _waiting.Clear();
    }

    async Task StoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _collection!.InsertManyAsync(_waiting, Unordered, cancellationToken);
        }
        catch (MongoBulkWriteException<BsonDocument> e) when (e.WriteConcernError is null)
        {
            var refused = e.WriteErrors.Where(static error => !IsThereAlready(error)).ToList();
            if (refused.Count == 0) return;
            var ids = _waiting.Select(static document => document["_id"]).Where((_, i) => refused.TrueForAll(error => error.Index != i)).ToList();
            if (ids.Count > 0) await _collection!.DeleteManyAsync(Builders<BsonDocument>.Filter.In("_id", ids), cancellationToken);
            throw new InvalidMessageException($"MongoDB refuses {refused.Count} documents: {refused[0].Message}", e);
        }
    }

    /// <summary>Whether the document was stored by an attempt whose answer was lost. Other indices of the collection may be unique too.</summary>
    static bool IsThereAlready(BulkWriteError error) => error.Code == DuplicateKey && error.Message.Contains("index: _id_ ", StringComparison.Ordinal);

    /// <summary>Asks the server; what comes to an end with time is waited for, and what only the operator can mend is told.</summary>
    async Task AskAsync(Func<Task> request, CancellationToken cancellationToken)
    {
        try
        {
            await request();
        }
        catch (MongoAuthenticationException e)
        {
            throw new ConfigurationException($"MongoDB at {options.Place} refuses db_user '{options.DbUser}': {e.Message}", e);
        }
        catch (Exception e) when (IsTransient(e, cancellationToken))
        {
            throw new TransientException($"MongoDB at {options.Place} cannot be used: {e.Message}", inner: e);
        }
    }

    static bool IsTransient(Exception e, CancellationToken cancellationToken) =>
        e is MongoConnectionException or MongoNotPrimaryException or MongoNodeIsRecoveringException or MongoExecutionTimeoutException or MongoWriteConcernException
        || e is MongoBulkWriteException<BsonDocument> { WriteConcernError: not null }
        || (e is TimeoutException or OperationCanceledException && !cancellationToken.IsCancellationRequested);

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        _client?.Dispose();
        return base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="MongoDbOutput"/>.</summary>
public sealed record MongoDbOutputOptions : BotOptions, ICheckable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Host name or address of the server, or a whole connection string (<c>mongodb://…</c>).</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>Port of the server.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 65535)]
    public int Port { get; init; } = 27017;

    /// <summary>Name of the database.</summary>
    public required string Database { get; init; }

    /// <summary>Name of the collection.</summary>
    public required string Collection { get; init; }

    /// <summary>User name; used where <c>db_pass</c> is set.</summary>
    public string? DbUser { get; init; }

    /// <summary>Password of that user, who is one of the database <c>admin</c>.</summary>
    [Parameter(Secret = true)]
    public string? DbPass { get; init; }

    /// <summary>Other name of <c>db_user</c>.</summary>
    public string? Username { get; init; }

    /// <summary>Other name of <c>db_pass</c>.</summary>
    [Parameter(Secret = true)]
    public string? Password { get; init; }

    /// <summary>Stores nested documents, <c>{"source": {"ip": …}}</c>; otherwise the dots in names are replaced.</summary>
    public bool HierarchicalOutput { get; init; }

    /// <summary>What stands for the dots in names.</summary>
    public string ReplacementChar { get; init; } = "_";

    internal string Place => Host.Contains("://", StringComparison.Ordinal) ? "the server of the connection string" : $"{Host}:{Port}";

    internal MongoClientSettings ToSettings()
    {
        var settings = Host.Contains("://", StringComparison.Ordinal) ? MongoClientSettings.FromConnectionString(Host) : new MongoClientSettings { Server = new MongoServerAddress(Host, Port) };
        settings.ApplicationName = "intelmq";
        settings.ServerSelectionTimeout = settings.ConnectTimeout = Patience;
        var (user, password) = (DbUser ?? Username, string.IsNullOrEmpty(DbPass) ? Password : DbPass);
        if (!string.IsNullOrEmpty(password)) settings.Credential = MongoCredential.CreateCredential("admin", user ?? "", password);
        return settings;
    }

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (ReplacementChar == ".") yield return new(BotLogLevel.Error, "replacement_char is '.'; expected another character, since it stands for the dots.", "replacement_char");
        if (Database.Length == 0) yield return new(BotLogLevel.Error, "database is empty; expected the name of a database.", "database");
        if (Collection.Length == 0) yield return new(BotLogLevel.Error, "collection is empty; expected the name of a collection.", "collection");
        if (!string.IsNullOrEmpty(DbPass ?? Password) && string.IsNullOrEmpty(DbUser ?? Username)) yield return new(BotLogLevel.Error, "db_pass is set; expected db_user beside it.", "db_user");
        if (ProblemOfHost() is { } problem) yield return new(BotLogLevel.Error, problem, "host");
    }

    string? ProblemOfHost()
    {
        if (Host.Length == 0) return "host is empty; expected a host name.";
        if (!Host.Contains("://", StringComparison.Ordinal)) return null;
        try
        {
            _ = MongoUrl.Create(Host);
            return null;
        }
        catch (MongoConfigurationException e)
        {
            return $"host is no connection string of MongoDB: {e.Message}";
        }
    }
}
