package salesforcetest

// describe shows what the integration user may see of an object.
func (s *Server) describe(c *call) answer {
	o := s.object(c.parts[1])
	if o == nil {
		return notFound()
	}
	var fields []map[string]any
	for _, f := range o.fields {
		if f.hidden {
			continue
		}
		var to, picks []any
		if f.to != "" {
			to = append(to, f.to)
		}
		for _, value := range f.values {
			picks = append(picks, map[string]any{"active": true, "label": value, "value": value, "defaultValue": false})
		}
		fields = append(fields, map[string]any{
			"name": f.name, "label": f.label, "type": f.kind, "length": f.length, "custom": f.custom(), "filterable": f.filterable(), "nillable": !f.required,
			"updateable": !f.fixed && !f.readOnly, "createable": !f.fixed && !f.readOnly, "externalId": f.external, "unique": f.external && !f.shared,
			"referenceTo": list(to), "relationshipName": null(f.relation), "picklistValues": list(picks),
			"restrictedPicklist": f.kind == "picklist", "calculated": false,
		})
	}
	body := summary(c, o)
	body["fields"] = fields
	return ok(body)
}

// describeAll lists the objects.
func (s *Server) describeAll(c *call) answer {
	var all []map[string]any
	for _, o := range s.objects {
		all = append(all, summary(c, o))
	}
	return ok(map[string]any{"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": all})
}

func summary(c *call, o *object) map[string]any {
	return map[string]any{
		"name": o.name, "label": o.label, "labelPlural": o.plural, "keyPrefix": o.prefix, "custom": o.name == callLogsType,
		"queryable": true, "createable": true, "updateable": true,
		"urls": map[string]string{"sobject": c.root() + "/sobjects/" + o.name, "describe": c.root() + "/sobjects/" + o.name + "/describe"},
	}
}

func list(values []any) []any {
	if values == nil {
		return []any{}
	}
	return values
}

func null(text string) any {
	if text == "" {
		return nil
	}
	return text
}
